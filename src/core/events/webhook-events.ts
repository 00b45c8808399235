/** What is told of webhooks. */
export const webhookEvents = {
  'webhook.received': 'A push or pull request of `repository` came in as `delivery`, and is worked on.',
  'webhook.done': 'What the delivery `delivery` asked for is done; `message` says what.',
  'webhook.failed': 'What the delivery `delivery` asked for failed, and the running version stays; `message` says why.',
  'webhook.refused': 'Something came for a webhook that was not signed with its secret, or not from where it may come.',
} as const satisfies Record<string, string>
