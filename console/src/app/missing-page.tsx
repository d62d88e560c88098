import { Link, useRouter } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { Empty, Fault } from '../ui/feedback';

export function MissingPage() {
  return (
    <div className="page">
      <Empty
        icon="search"
        title={text.problems.missing}
        action={
          <Link to="/" className="button button-plain">
            {text.problems.home}
          </Link>
        }
      >
        {text.problems.missingLead}
      </Empty>
    </div>
  );
}

export function BrokenPage({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <div className="page">
      <Fault error={error} onRetry={() => void router.invalidate()} />
    </div>
  );
}
