import { useRouter } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { DeadEnd } from '../ui/dead-end';
import { Fault } from '../ui/feedback';
import { Page } from '../ui/page';

export function MissingPage() {
  return (
    <Page title={text.problems.missing}>
      <DeadEnd icon="search" title={text.problems.missingHint}>
        {text.problems.missingLead}
      </DeadEnd>
    </Page>
  );
}

/** The navigation does not offer it; an address that was kept may. */
export function ForbiddenPage() {
  return (
    <Page title={text.problems.forbidden}>
      <DeadEnd icon="shield" title={text.problems.forbiddenLead} />
    </Page>
  );
}

export function BrokenPage({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Page title={text.problems.broken}>
      <Fault error={error} onRetry={() => void router.invalidate()} />
    </Page>
  );
}
