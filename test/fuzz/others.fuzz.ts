import { fuzzOperations } from './support/operations';

describe('a public request, or one of the SDK or staff', () => {
  fuzzOperations(['public', 'sdk', 'service', 'staff'], 100);
});
