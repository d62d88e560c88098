import { fuzzOperations } from './support/operations';

describe("a member's request", () => {
  fuzzOperations(['dashboard'], 100);
});
