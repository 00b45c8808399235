/** Failures of deploys by git push. Spread into the catalogue. */
export const remoteErrors = {
  REMOTE_NOT_FOUND: {
    exit: 3,
    meaning: 'Nothing can be pushed for this app on this machine.',
    hint: 'berth app remote add makes it so; berth app remote ls shows what there is',
  },
  REMOTE_TAKEN: {
    exit: 4,
    meaning: 'The clone has a remote of this name, which leads elsewhere.',
    hint: 'give another one: berth app remote add shop --name prod',
  },
  PUSH_REFUSED: {
    exit: 4,
    meaning: 'A push asked for something that cannot be deployed; nothing was changed.',
    hint: 'push the branch that is deployed: berth app remote ls shows which',
  },
  PUSH_FAILED: {
    exit: 1,
    meaning: 'What was pushed could not be checked out.',
    hint: 'the message is that of git; berth doctor looks at the repository',
  },
} as const
