import { inSpan, readTraceparent, startSpan, traceparentOf, untilEnd } from './trace';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

/** As a request does it, where nothing records. */
const continueTrace = (traceparent: unknown) =>
  startSpan('test', readTraceparent(traceparent)).spanContext();

describe('a trace', () => {
  it.each([
    [`00-${TRACE_ID}-${SPAN_ID}-01`, 1],
    [`00-${TRACE_ID}-${SPAN_ID}-00`, 0],
    [`00-${TRACE_ID}-${SPAN_ID}-fe`, 0],
    [`00-${TRACE_ID}-${SPAN_ID}-03`, 1],
    [`cc-${TRACE_ID}-${SPAN_ID}-01`, 1],
    [`cc-${TRACE_ID}-${SPAN_ID}-01-what-will-be`, 1],
  ])('continues the one that the caller names: %s', (traceparent, traceFlags) => {
    const trace = continueTrace(traceparent);
    expect(trace).toEqual({ traceId: TRACE_ID, spanId: expect.any(String) as string, traceFlags });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(trace.spanId).not.toBe(SPAN_ID);
  });

  it.each([
    undefined,
    null,
    7,
    ['00'],
    '',
    'nonsense',
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `00-${TRACE_ID}-${SPAN_ID}-01-`,
    `00-${TRACE_ID}-${SPAN_ID}`,
    `00-${TRACE_ID}-${SPAN_ID}-1`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    ` 00-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01, 00-${TRACE_ID}-${SPAN_ID}-01`,
    `cc-${TRACE_ID}-${SPAN_ID}-01what-will-be`,
  ])('begins a new one without a valid parent: %j', (traceparent) => {
    const trace = continueTrace(traceparent);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(trace.traceId).not.toBe(TRACE_ID);
    expect(continueTrace(traceparent).traceId).not.toBe(trace.traceId);
  });

  it('has unique ids', () => {
    const spans = Array.from({ length: 2_000 }, () => continueTrace(null));
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2_000);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(2_000);
  });

  it('is passed on with the id of the current span', () => {
    const trace = continueTrace(`00-${TRACE_ID}-${SPAN_ID}-00`);
    expect(traceparentOf(trace)).toBe(`00-${TRACE_ID}-${trace.spanId}-00`);
    expect(continueTrace(traceparentOf(trace)).traceId).toBe(TRACE_ID);
  });
});

describe('work where nothing records', () => {
  it('runs unchanged: its result, its error, and no options computed', async () => {
    const options = jest.fn(() => ({}));
    expect(await inSpan('test', null, options, () => Promise.resolve(7))).toBe(7);
    const failing = () => Promise.reject(new Error('no'));
    await expect(inSpan('test', null, options, failing)).rejects.toThrow('no');
    await expect(untilEnd(startSpan('test', null), failing)).rejects.toThrow('no');
    expect(options).not.toHaveBeenCalled();
  });
});
