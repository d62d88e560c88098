import { Navigate, useSearch } from '@tanstack/react-router';
import { webhooks } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { Endpoints } from './endpoints';

/** A mail about one endpoint leads here. */
export default function Webhooks() {
  const { may, support } = useMe();
  const { endpoint: id }: { endpoint?: unknown } = useSearch({ strict: false });
  if (typeof id === 'string') return <Navigate to="/webhooks/$id" params={{ id }} replace />;
  return (
    <Endpoints
      operations={webhooks}
      mayWrite={may('webhook_endpoints:write') && !support}
      lead={text.webhooks.lead}
      path="/webhooks"
    />
  );
}
