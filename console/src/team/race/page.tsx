import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { races, type RaceResult, type RaceWay } from '../../api/demo-operations';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { Badge, Fault } from '../../ui/feedback';
import { Card, Page } from '../../ui/page';
import { RaceBar } from './race-bar';
import './race.css';

const WAYS: readonly RaceWay[] = ['check_then_insert', 'admission'];

const STATEMENTS: Record<RaceWay, string> = {
  check_then_insert: `BEGIN;
SELECT count(*) FROM exports;
-- less than the limit?
INSERT INTO exports …;
COMMIT;`,
  admission: `BEGIN;
INSERT INTO exports …;
SELECT tenantry.consume(business, 'exports');
-- raises an error at the limit
COMMIT;`,
};

type Results = Partial<Record<RaceWay, RaceResult>>;

/** In development: two ways of keeping a limit, each with the same callers at the same moment. */
export default function Race() {
  const [results, setResults] = useState<Results>({});
  const racing = useMutation({
    mutationFn: async () => {
      setResults({});
      for (const way of WAYS) {
        const result = await races.run(way);
        setResults((before) => ({ ...before, [way]: result }));
      }
    },
  });
  return (
    <Page
      title={text.race.title}
      lead={text.race.lead}
      actions={
        <Button kind="primary" isPending={racing.isPending} onPress={() => racing.mutate()}>
          {results.admission ? text.race.again : text.race.start}
        </Button>
      }
    >
      {racing.error && <Fault error={racing.error} />}
      <div className="race">
        {WAYS.map((way) => (
          <Lane key={way} way={way} result={results[way]} isRacing={racing.isPending} />
        ))}
      </div>
      <p className="hint">{text.race.safe}</p>
    </Page>
  );
}

interface LaneProps {
  way: RaceWay;
  result: RaceResult | undefined;
  isRacing: boolean;
}

function Lane({ way, result, isRacing }: LaneProps) {
  return (
    <Card title={text.race.ways[way]}>
      <pre className="race-sql" tabIndex={0}>
        {STATEMENTS[way]}
      </pre>
      <div role="status">
        {result ? <Result {...result} /> : <p>{isRacing ? text.race.running : text.race.ready}</p>}
      </div>
    </Card>
  );
}

function Result({ admitted, limit, callers }: RaceResult) {
  const over = admitted - limit;
  return (
    <>
      <p className="figure">
        <strong>{admitted}</strong>
        <span>{text.race.admitted(callers, limit)}</span>
        <Badge tone={over > 0 ? 'bad' : 'good'}>{text.race.verdict(over)}</Badge>
      </p>
      <RaceBar admitted={admitted} limit={limit} />
    </>
  );
}
