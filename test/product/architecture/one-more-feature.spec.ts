import { readFileSync } from 'node:fs';

/* `npm run test:other-product` applies the patch and runs a test of what it adds. */

it('one more metered feature of another product touches two files: its declaration, and what counts it', () => {
  const patch = readFileSync('test/fixtures/one-more-feature/change.patch', 'utf8');
  const files = [...patch.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, file]) => file);
  expect(files).toEqual([
    'src/product/features.ts',
    'src/product/sent-invoices/sent-invoices.service.ts',
  ]);
});
