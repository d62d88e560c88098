import { subscription } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { CurrentPlan } from './current-plan';
import { Plans } from './plans';

export default function Plan() {
  return (
    <Page title={text.plan.title} lead={text.plan.lead}>
      <Loaded queryKey={['subscription']} load={subscription.get} lines={8}>
        {(current) => (
          <>
            <CurrentPlan subscription={current} />
            <Plans subscription={current} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
