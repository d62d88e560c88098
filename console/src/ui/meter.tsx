import { Meter as AriaMeter } from 'react-aria-components';
import { text } from '../text/catalogue';
import { formatLimit, formatNumber } from './format';

const NEARLY = 0.8;
const WIDTH = 1000;

interface Props {
  label: string;
  used: number;
  limit: number | null;
  /** Says the numbers above the bar, where nothing else does. */
  isLabelled?: boolean;
}

/** How much of a limit is used. Amber from 80 %, red at the limit. */
export function Meter({ label, used, limit, isLabelled }: Props) {
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  const tone = limit === null || share < NEARLY ? 'good' : share < 1 ? 'warn' : 'bad';
  const words = text.usage.usedOf(formatNumber(used), formatLimit(limit));
  return (
    <AriaMeter
      className={`meter meter-${tone}`}
      value={share * 100}
      aria-label={label}
      valueLabel={words}
    >
      {isLabelled && <p className="hint">{words}</p>}
      <svg viewBox={`0 0 ${WIDTH} 6`} preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-track" width={WIDTH} height="6" rx="3" />
        <rect className="meter-fill" width={share * WIDTH} height="6" rx="3" />
      </svg>
    </AriaMeter>
  );
}
