import { fuzzOperations } from './support/operations';

describe('a request of anybody, of the SDK or of staff', () => {
  fuzzOperations(['public', 'sdk', 'staff'], 100);
});
