/** What is told of certificates; the subject is the domain. */
export const certificateEvents = {
  'certificate.issued':
    'The domain of the app `app` has a certificate until `notAfter`; `renewed`: another than before.',
  'certificate.failed':
    'An order of a certificate failed (`reason`, `message`), `failures` in a row; the next is at `nextTryAt`, or null: never by itself.',
  'certificate.expiring': 'A certificate runs out at `notAfter` and could not be renewed yet.',
  'certificate.expired': 'A certificate ran out at `notAfter`.',
} as const satisfies Record<string, string>
