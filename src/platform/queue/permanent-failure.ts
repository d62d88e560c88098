/** Thrown by a job for which another try changes nothing: it is kept as failed, for staff to see, and not repeated. */
export class PermanentFailure extends Error {}
