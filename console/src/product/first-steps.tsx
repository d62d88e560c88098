import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Copyable } from '../ui/copyable';
import { Badge } from '../ui/feedback';
import { Card } from '../ui/page';
import { demoBusinesses, recordings } from './operations';

const ASK_EVERY_MS = 2_000;

/** In development: a made-up business and how to log in to it. Null: this product has none. */
export const makeDemoBusiness: (() => Promise<{ email: string; password: string }>) | null = () =>
  demoBusinesses.create();

/** After signing up: the key, a request with the key in it, and the moment at which it arrives. */
export function FirstSteps({ apiKey, onClose }: { apiKey: string; onClose: () => void }) {
  const { data } = useQuery({
    queryKey: ['recordings', 'first'],
    queryFn: () => recordings.list({ limit: 1 }),
    refetchInterval: ({ state }) => (state.data?.data.length ? false : ASK_EVERY_MS),
  });
  const first = data?.data[0];
  return (
    <Card
      title={text.firstSteps.title}
      lead={text.common.shownOnce}
      actions={<Button kind="quiet" icon="close" label={text.common.close} onPress={onClose} />}
    >
      <Copyable value={apiKey} />
      <p>{text.firstSteps.send}</p>
      <Copyable value={requestWith(apiKey)} isBlock />
      <p role="status">
        {first ? (
          <>
            <Badge tone="good">{text.firstSteps.arrived}</Badge>{' '}
            <Link to="/recordings/$id" params={{ id: first.id }}>
              {first.externalId}
            </Link>
          </>
        ) : (
          <Badge tone="accent">{text.firstSteps.waiting}</Badge>
        )}
      </p>
    </Card>
  );
}

function requestWith(apiKey: string): string {
  const body = { externalId: 'first', startedAt: new Date().toISOString(), durationMs: 1500 };
  return [
    `curl ${location.origin}/v1/recordings \\`,
    `  -H 'Authorization: Bearer ${apiKey}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}
