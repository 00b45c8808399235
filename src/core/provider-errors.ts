/** Failures of who rents out machines. Spread into the catalogue. */
export const providerErrors = {
  PROVIDER_TOKEN_MISSING: {
    exit: 4,
    meaning: 'There is no token for the provider of machines.',
    hint: 'set HCLOUD_TOKEN, or write it to ~/.berth/hetzner.token (mode 0600)',
  },
  PROVIDER_DENIED: {
    exit: 4,
    meaning: 'The provider of machines does not accept the token, or not for this.',
    hint: 'make a token with read and write access in the console of the provider',
  },
  PROVIDER_INVALID: {
    exit: 2,
    meaning: 'The provider of machines does not know what was asked for: a type, a region, an image.',
    hint: 'the message says which; the console of the provider lists what there is',
  },
  PROVIDER_CAPACITY: {
    exit: 4,
    meaning: 'The provider has no such machine free now, or the account may have no more.',
    hint: 'try another --type or --region, or ask the provider for a higher limit',
  },
  PROVIDER_FAILED: {
    exit: 1,
    meaning: 'The provider of machines began what was asked and failed.',
    hint: 'run it again; what it had made is taken up or removed',
  },
  PROVIDER_UNAVAILABLE: {
    exit: 1,
    meaning: 'The provider of machines does not answer, or wants to be asked later.',
    hint: 'try again in a while',
  },
  MACHINE_NOT_MADE: {
    exit: 3,
    meaning: 'No machine of this name was made by berth machine create.',
    hint: 'berth machines lists the machines; only those made by Berth are destroyed by it',
  },
} as const
