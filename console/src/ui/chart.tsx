import { useId, useState } from 'react';
import { text } from '../text/catalogue';
import { formatDay, formatNumber } from './format';

interface Day {
  day: string;
  used: number;
}

const [WIDTH, HEIGHT, GAP] = [720, 160, 2];

/** Bars by day. The same numbers are a table for those who do not see them. */
export default function DayChart({ days, label }: { days: readonly Day[]; label: string }) {
  const [shown, setShown] = useState<Day | null>(null);
  const caption = useId();
  const total = days.reduce((sum, { used }) => sum + used, 0);
  return (
    <figure className="chart" aria-labelledby={caption}>
      <figcaption id={caption} className="hint">
        {shown
          ? text.usage.onDay(formatNumber(shown.used), formatDay(shown.day))
          : text.usage.inAll(label, formatNumber(total), days.length)}
      </figcaption>
      {total > 0 && <Bars days={days} shown={shown} onShow={setShown} />}
      {/* A table is as high as its rows, whatever its style says. */}
      <div className="unseen">
        <table>
          <caption>{label}</caption>
          <tbody>
            {days.map(({ day, used }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td>{used}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

interface BarsProps {
  days: readonly Day[];
  shown: Day | null;
  onShow: (day: Day | null) => void;
}

function Bars({ days, shown, onShow }: BarsProps) {
  const most = Math.max(1, ...days.map(({ used }) => used));
  const step = WIDTH / Math.max(1, days.length);
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        aria-hidden="true"
        onPointerLeave={() => onShow(null)}
      >
        <line className="chart-base" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {days.map((day, index) => {
          const height = day.used === 0 ? 0 : Math.max(2, (day.used / most) * (HEIGHT - 12));
          const x = index * step;
          return (
            <g key={day.day} onPointerEnter={() => onShow(day)}>
              <rect className="chart-area" x={x} width={step} height={HEIGHT} />
              <rect
                className={shown === day ? 'chart-bar chart-bar-shown' : 'chart-bar'}
                x={x + GAP / 2}
                width={Math.max(1, step - GAP)}
                y={HEIGHT - height}
                height={height}
                rx={Math.min(3, step / 4)}
              />
            </g>
          );
        })}
      </svg>
      <div className="chart-ends hint" aria-hidden="true">
        <span>{days[0] && formatDay(days[0].day)}</span>
        <span>{days.at(-1) && formatDay(days.at(-1)!.day)}</span>
      </div>
    </>
  );
}
