import { staffWebhooks } from '../../api/staff-operations';
import { useParameter } from '../../app/use-parameter';
import { Endpoint } from '../../team/webhooks/endpoint';

export default function WebhookEndpoint() {
  const id = useParameter('id');
  return <Endpoint id={id} operations={staffWebhooks} mayWrite path="/staff/webhooks" />;
}
