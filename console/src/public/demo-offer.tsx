import { useMutation } from '@tanstack/react-query';
import { brand } from '../api/brand';
import { auth } from '../api/operations';
import { makeDemoBusiness } from '../product/first-steps';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Fault } from '../ui/feedback';
import { useEntry } from './use-entry';

/** In development, for those who try this out: a business with a past, and a session in it. */
export function DemoOffer() {
  const enter = useEntry();
  const making = useMutation({
    mutationFn: async (make: NonNullable<typeof makeDemoBusiness>) => {
      const { email, password } = await make();
      return auth.logIn({ email, password });
    },
    onSuccess: () => enter('/'),
  });
  if (brand.environment === 'production' || !makeDemoBusiness) return null;
  return (
    <section className="door-demo">
      <p>{text.signUp.demoLead}</p>
      <Button isPending={making.isPending} onPress={() => making.mutate(makeDemoBusiness!)}>
        {text.signUp.demo}
      </Button>
      {making.error && <Fault error={making.error} />}
    </section>
  );
}
