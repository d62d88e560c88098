/** Unique, and sorted by time. Not `crypto.randomUUID`, which pages have over https only. */
export function newId(): string {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const digits = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${Date.now().toString(36)}-${digits}`;
}
