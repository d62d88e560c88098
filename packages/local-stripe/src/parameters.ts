import type { ParameterTree } from './form-body';
import { invalidRequest } from './stripe-fault';

/**
 * Reads the parameters of a call and remembers which were read: unread ones are refused, as Stripe does,
 * so that nothing which this server leaves out goes unnoticed.
 */
export class Parameters {
  private readonly read = new Set<string>();
  private readonly inner = new Map<string, Parameters>();

  constructor(
    private readonly tree: ParameterTree,
    private readonly path = '',
  ) {}

  /** `''` where it was sent empty. */
  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || typeof value === 'string') return value;
    throw invalidRequest(`Invalid string: ${this.pathTo(name)}`, undefined, this.pathTo(name));
  }

  /** @throws 400 parameter_missing */
  required(name: string): string {
    const value = this.text(name);
    if (value) return value;
    const path = this.pathTo(name);
    throw invalidRequest(`Missing required param: ${path}.`, 'parameter_missing', path);
  }

  wholeNumber(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw invalidRequest(
      `Invalid integer: ${value}`,
      'parameter_invalid_integer',
      this.pathTo(name),
    );
  }

  flag(name: string): boolean | undefined {
    const value = this.oneOf(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || (allowed as readonly string[]).includes(value)) return value as T;
    const path = this.pathTo(name);
    throw invalidRequest(`Invalid ${path}: must be one of ${allowed.join(', ')}`, undefined, path);
  }

  texts(name: string): string[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object')
      return Object.values(value).filter((one) => typeof one === 'string');
    throw invalidRequest(`Invalid array: ${this.pathTo(name)}`, undefined, this.pathTo(name));
  }

  /** What stands in brackets behind the name; undefined where nothing does (`''` may still be sent). */
  child(name: string): Parameters | undefined {
    const value = this.tree[name];
    if (typeof value !== 'object') return undefined;
    this.read.add(name);
    const child = this.inner.get(name) ?? new Parameters(value, this.pathTo(name));
    this.inner.set(name, child);
    return child;
  }

  /** The entries of a list of objects. */
  children(name: string): Parameters[] {
    const list = this.child(name);
    return list ? Object.keys(list.tree).flatMap((index) => list.child(index) ?? []) : [];
  }

  /** A hash of texts, or `''` to clear it. */
  hash(name: string): Record<string, string> | '' | undefined {
    const value = this.take(name);
    if (value === undefined || value === '') return value;
    if (typeof value === 'string')
      throw invalidRequest(`Invalid hash: ${this.pathTo(name)}`, undefined, this.pathTo(name));
    const texts = Object.entries(value).filter(([, text]) => typeof text === 'string');
    return Object.fromEntries(texts) as Record<string, string>;
  }

  /** @throws 400 parameter_unknown */
  rejectUnread(): void {
    const unread = Object.keys(this.tree).find((name) => !this.read.has(name));
    if (unread !== undefined) {
      const path = this.pathTo(unread);
      throw invalidRequest(`Received unknown parameter: ${path}`, 'parameter_unknown', path);
    }
    for (const child of this.inner.values()) child.rejectUnread();
  }

  private take(name: string): ParameterTree | string | undefined {
    this.read.add(name);
    return this.tree[name];
  }

  private pathTo(name: string): string {
    return this.path ? `${this.path}[${name}]` : name;
  }
}
