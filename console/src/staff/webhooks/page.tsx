import { staffWebhooks } from '../../api/staff-operations';
import { Endpoints } from '../../team/webhooks/endpoints';
import { text } from '../../text/catalogue';

export default function Webhooks() {
  const { staffLead } = text.webhooks;
  return <Endpoints operations={staffWebhooks} mayWrite lead={staffLead} path="/staff/webhooks" />;
}
