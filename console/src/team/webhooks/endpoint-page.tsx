import { webhooks } from '../../api/operations';
import { useMe } from '../../app/queries';
import { useParameter } from '../../app/use-parameter';
import { Endpoint } from './endpoint';

export default function WebhookEndpoint() {
  const { may, support } = useMe();
  const mayWrite = may('webhook_endpoints:write') && !support;
  return (
    <Endpoint id={useParameter('id')} operations={webhooks} mayWrite={mayWrite} path="/webhooks" />
  );
}
