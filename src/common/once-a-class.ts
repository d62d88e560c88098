/** A function of a class that runs once for each: metadata is looked for along the chain of prototypes, each time. */
export function onceAClass<Class extends object, Result>(
  read: (of: Class) => Result,
): (of: Class) => Result {
  const results = new WeakMap<Class, { result: Result }>();
  return (of) => {
    let known = results.get(of);
    if (!known) results.set(of, (known = { result: read(of) }));
    return known.result;
  };
}
