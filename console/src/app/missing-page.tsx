import { Link, useRouter } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { Empty, Fault } from '../ui/feedback';
import { Page } from '../ui/page';

export function MissingPage() {
  return (
    <Page title={text.problems.missing}>
      <Empty
        icon="search"
        title={text.problems.missingHint}
        action={
          <Link to="/" className="button button-plain">
            {text.problems.home}
          </Link>
        }
      >
        {text.problems.missingLead}
      </Empty>
    </Page>
  );
}

/** The navigation does not offer it; an address that was kept may. */
export function ForbiddenPage() {
  return (
    <Page title={text.problems.forbidden}>
      <Empty
        icon="shield"
        title={text.problems.forbiddenLead}
        action={
          <Link to="/" className="button button-plain">
            {text.problems.home}
          </Link>
        }
      />
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
