import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { usage } from '../../api/operations';
import { useMe } from '../../app/queries';
import { useParameter } from '../../app/use-parameter';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { Badge } from '../../ui/feedback';
import { Field } from '../../ui/fields';
import { Form } from '../../ui/form';
import { formatLimit, formatNumber, Time } from '../../ui/format';
import { Table } from '../../ui/list';
import { Loaded } from '../../ui/loaded';
import { Meter } from '../../ui/meter';
import { Card, Facts, Page } from '../../ui/page';
import { Days } from '../overview/feature-cards';

/** One feature: the allowance that counts, what came from credits, the last events, and when to be told. */
export default function FeatureUsage() {
  const feature = useParameter('feature');
  const { may } = useMe();
  const label = text.feature(feature);
  return (
    <Page title={label} lead={<Link to="/">{text.usage.back}</Link>}>
      <Loaded
        queryKey={['usage', feature, 'explain']}
        load={() => usage.explain(feature)}
        lines={6}
      >
        {(explained) => <Explained explained={explained} />}
      </Loaded>
      <Card title={text.usage.byDay}>
        <Days feature={feature} label={label} />
      </Card>
      <Alerts feature={feature} mayWrite={may('usage:write')} />
    </Page>
  );
}

type Explanation = Awaited<ReturnType<typeof usage.explain>>;

function Explained({ explained }: { explained: Explanation }) {
  const { used, limit, remaining, resetsAt, credits, carriedOver, reserved, sources } = explained;
  const events = 'recent' in explained ? explained.recent : [];
  return (
    <>
      <Card actions={<Verification feature={explained.feature} />} title={text.usage.thisPeriod}>
        <p className="figure">
          <strong>{formatNumber(used)}</strong>
          <span>{text.usage.of(formatLimit(limit))}</span>
          {explained.overLimit && <Badge tone="bad">{text.usage.over}</Badge>}
        </p>
        <Meter label={text.usage.thisPeriod} used={used} limit={limit} />
        <Facts
          facts={[
            [text.usage.left, formatLimit(remaining)],
            [text.usage.credits, formatNumber(credits)],
            [text.usage.carriedOver, formatNumber(carriedOver)],
            [text.usage.reserved, formatNumber(reserved)],
            [text.usage.resetsAt, <Time key="at" at={resetsAt} />],
          ]}
        />
      </Card>
      <Card title={text.usage.sources} lead={text.usage.sourcesLead} isFlush>
        <Table
          label={text.usage.sources}
          rows={sources}
          rowKey={({ kind, id }) => id ?? kind}
          columns={[
            { title: text.usage.source, cell: ({ kind }) => text.usage.sourceKind[kind] },
            { title: text.usage.used, cell: (each) => formatNumber(each.used), isEnd: true },
            { title: text.usage.limit, cell: (each) => formatLimit(each.limit), isEnd: true },
            { title: text.usage.left, cell: (each) => formatLimit(each.remaining), isEnd: true },
            {
              title: text.usage.expires,
              cell: ({ expiresAt }) => <Time at={expiresAt} isDay />,
            },
          ]}
        />
      </Card>
      {events.length > 0 && (
        <Card title={text.usage.recent} isFlush>
          <Table
            label={text.usage.recent}
            rows={events}
            rowKey={idOf}
            columns={[
              { title: text.usage.event, cell: (event) => <code>{idOf(event)}</code> },
              { title: text.usage.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
            ]}
          />
        </Card>
      )}
    </>
  );
}

/** An event of usage; the product's own explanation lists its rows. */
function idOf(event: object): string {
  if ('eventId' in event) return String(event.eventId);
  return 'externalId' in event ? String(event.externalId) : '';
}

/** Counts the rows and compares: what a doubting customer asks for. */
function Verification({ feature }: { feature: string }) {
  const check = useQuery({
    queryKey: ['usage', feature, 'verify'],
    queryFn: () => usage.verify(feature),
    enabled: false,
  });
  if (!check.data)
    return (
      <Button isPending={check.isFetching} onPress={() => void check.refetch()}>
        {text.usage.verify}
      </Button>
    );
  const { equal, counter, rows } = check.data;
  return (
    <Badge tone={equal ? 'good' : 'bad'}>
      {equal
        ? text.usage.equal(formatNumber(rows))
        : text.usage.differs(formatNumber(counter), formatNumber(rows))}
    </Badge>
  );
}

function Alerts({ feature, mayWrite }: { feature: string; mayWrite: boolean }) {
  return (
    <Card title={text.usage.alerts} lead={text.usage.alertsLead}>
      <Loaded
        queryKey={['usage', feature, 'alerts']}
        load={() => usage.getAlerts(feature)}
        lines={1}
      >
        {({ percentages }) =>
          mayWrite ? (
            <Form
              key={percentages.join()}
              submit={text.common.save}
              send={({ percentages: typed = '' }) =>
                usage.setAlerts(feature, {
                  percentages: typed
                    .split(/[\s,;%]+/)
                    .filter(Boolean)
                    .map(Number),
                })
              }
            >
              <Field
                name="percentages"
                label={text.usage.percentages}
                hint={text.usage.percentagesHint}
                defaultValue={percentages.join(', ')}
              />
            </Form>
          ) : (
            <p>
              {percentages.length > 0
                ? percentages.map((each) => `${each} %`).join(', ')
                : text.common.none}
            </p>
          )
        }
      </Loaded>
    </Card>
  );
}
