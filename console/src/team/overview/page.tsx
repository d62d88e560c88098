import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { subscription } from '../../api/operations';
import { useMe } from '../../app/queries';
import { FirstSteps } from '../../product/first-steps';
import { text } from '../../text/catalogue';
import { Page } from '../../ui/page';
import { Loaded } from '../../ui/loaded';
import { firstKey, forgetFirstKey } from './first-key';
import { FeatureCards } from './feature-cards';
import { SubscriptionStrip } from './subscription-strip';

export default function Overview() {
  const { business, may } = useMe();
  const [key, setKey] = useState(firstKey);
  const close = () => {
    forgetFirstKey();
    setKey(null);
  };
  return (
    <Page
      title={text.overview.title}
      lead={business?.name}
      actions={
        may('subscription:write') && (
          <Link to="/plan" className="button button-plain">
            {text.overview.changePlan}
          </Link>
        )
      }
    >
      {key && <FirstSteps apiKey={key} onClose={close} />}
      <Loaded queryKey={['subscription']} load={subscription.get} lines={2}>
        {(current) => <SubscriptionStrip subscription={current} />}
      </Loaded>
      {may('usage:read') && <FeatureCards />}
    </Page>
  );
}
