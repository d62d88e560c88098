// For `node --require`: the JavaScript clock of the process is SKEW_DAYS off. Timers and the database are not.
const skewMs = Number(process.env.SKEW_DAYS) * 86_400_000;
if (Number.isNaN(skewMs)) throw new Error('SKEW_DAYS must be a number');

const now = () => RealDate.now() + skewMs;
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
