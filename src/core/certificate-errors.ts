/** Failures of certificates and of the domains they are for; part of the one catalogue. */
export const certificateErrors = {
  CERTIFICATE_FAILED: {
    exit: 1,
    meaning: 'A CA gave no certificate for a domain.',
    hint: 'berth app certs shows why; once that is mended: berth app certs --retry DOMAIN',
  },
  DOMAIN_INVALID: {
    exit: 2,
    meaning: 'A domain is none that an app can answer to.',
    hint: 'a host name such as shop.example.com, or *.example.com for all below it',
  },
  DOMAIN_TAKEN: {
    exit: 4,
    meaning: 'The domain belongs to another app of this machine.',
    hint: 'berth app domain ls shows whose it is; berth app domain rm takes it away from that app',
  },
  DOMAIN_NOT_FOUND: {
    exit: 3,
    meaning: 'The app does not have this domain, or has it from its berth.toml.',
    hint: 'berth app domain ls shows where each comes from',
  },
} as const
