/** What is told of contexts. */
export const contextEvents = {
  'context.created': 'A context was made.',
  'context.removed': 'A context was removed, with its secrets and its history.',
  'context.exported': 'What a context is made of was handed out; no secret is in it.',
} as const satisfies Record<string, string>
