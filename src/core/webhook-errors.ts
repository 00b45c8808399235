/** Failures of webhooks. Spread into the catalogue. */
export const webhookErrors = {
  WEBHOOK_NOT_FOUND: { exit: 3, meaning: 'There is no such webhook.', hint: 'berth webhook ls shows those there are' },
  WEBHOOK_EXISTS: {
    exit: 4,
    meaning: 'Pushes to this branch lead to this app already.',
    hint: 'berth webhook rm it first',
  },
  WEBHOOK_FORGED: {
    exit: 4,
    meaning: 'What came for a webhook was not signed with its secret.',
    hint: 'set the secret at the provider to the one berth webhook map showed',
  },
  WEBHOOK_CLOSED: {
    exit: 4,
    meaning: 'Nothing listens for webhooks on this machine.',
    hint: 'set [webhook] listen in config.toml, then berth daemon stop',
  },
  WEBHOOK_SOURCE_FAILED: {
    exit: 1,
    meaning: "A repository could not be fetched with this user's git.",
    hint: 'git clone it by hand on that machine, as the same user: the error is the same, and so is the cure',
  },
  WEBHOOK_WORK_FAILED: {
    exit: 1,
    meaning: 'What a push asked for failed.',
    hint: 'the message is that of berth deploy; berth webhook ls --json has all of it',
  },
} as const
