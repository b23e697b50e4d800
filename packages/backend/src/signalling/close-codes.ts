/** WebSocket close codes of ours (RFC 6455 section 7.4.2: 4000-4999 are private use). */
export const closeCodes = {
  goingAway: 1001,
  policyViolation: 1008,
  internalError: 1011,
  heartbeatTimeout: 4408,
  replaced: 4409,
  hungUp: 4410,
  busy: 4429,
} as const;
