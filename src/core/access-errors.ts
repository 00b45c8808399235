/** Failures of who may do what. Spread into the catalogue. */
export const accessErrors = {
  TOKEN_INVALID: {
    exit: 4,
    meaning: 'The token is unknown, past its end, or was revoked.',
    hint: 'ask the owner of the machine for another one',
  },
  TOKEN_NOT_FOUND: { exit: 3, meaning: 'No token has this id.', hint: 'berth tokens lists them' },
  ACCESS_DENIED: {
    exit: 4,
    meaning: 'The token does not allow this.',
    hint: 'ask the owner of the machine for a token that does',
  },
  TOO_MANY_REQUESTS: {
    exit: 4,
    meaning: 'Too many requests came from here, or too many with a token that is not valid.',
    hint: 'wait a minute, then try again',
  },
  QUOTA_EXCEEDED: {
    exit: 4,
    meaning: 'It would use more of the machine than is allowed.',
    hint: 'berth down or destroy what is no longer needed, or ask the owner for more',
  },
  CERTIFICATE_CHANGED: {
    exit: 4,
    meaning: 'The machine shows another certificate than the one it was known by.',
    hint: 'somebody may be in between; if it was set up anew, ask its owner for a new token and log in again',
  },
} as const
