const WIDTH = 600;
const HEIGHT = 14;
/** The bar ends a bit beyond the limit, so that what is over it shows. */
const ROOM = 1.4;

/** What was let in against the limit. The numbers beside it say the same. */
export function RaceBar({ admitted, limit }: { admitted: number; limit: number }) {
  const widthOf = (count: number) => (Math.min(count, limit * ROOM) / (limit * ROOM)) * WIDTH;
  const within = widthOf(Math.min(admitted, limit));
  return (
    <svg className="race-bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <rect className="meter-track" width={WIDTH} height={HEIGHT} rx="4" />
      <rect className="race-within" width={within} height={HEIGHT} rx="4" />
      {admitted > limit && (
        <rect className="race-over" x={within} width={widthOf(admitted) - within} height={HEIGHT} />
      )}
      <line className="race-limit" x1={widthOf(limit)} x2={widthOf(limit)} y1="0" y2={HEIGHT} />
    </svg>
  );
}
