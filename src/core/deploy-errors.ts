/** Failures of apps in production beyond a deploy itself; part of the one catalogue. */
export const deployErrors = {
  VARIABLE_UNKNOWN: {
    exit: 2,
    meaning: "A compose file reads a variable of Berth's own that there is not.",
    hint: 'docs/guides/deploy.md has those that Berth sets',
  },
  JOB_INVALID: {
    exit: 2,
    meaning: 'A job of an app has no service, or no time at which it could run.',
    hint: 'a schedule is a cron expression, such as "0 3 * * *" for three at night',
  },
  JOB_NOT_FOUND: { exit: 3, meaning: 'The app has no such job.', hint: 'berth jobs ls shows the jobs there are' },
  ADDON_CLASH: {
    exit: 4,
    meaning: 'An add-on would stand in the place of something the compose file has itself.',
    hint: 'berth app addon rm it, or add it with another --name',
  },
  ADDON_NOT_FOUND: {
    exit: 3,
    meaning: 'The app has no such add-on.',
    hint: 'berth app addon ls shows those there are',
  },
  BACKUP_FAILED: {
    exit: 1,
    meaning: 'The data of an add-on could not be dumped or restored.',
    hint: 'berth logs of the app shows what the server says',
  },
  BACKUP_NOT_FOUND: { exit: 3, meaning: 'There is no such dump.', hint: 'berth app backups shows those there are' },
  CANARY_FAILED: {
    exit: 1,
    meaning: 'The new version failed with its share of the requests; the one before has them all again.',
    hint: 'berth app status shows its deployments; mend it and deploy again',
  },
  DEPLOY_RETURNED: {
    exit: 1,
    meaning: 'The new version died while it was watched; the one before has the requests again.',
    hint: 'berth app status shows its deployments; mend it and deploy again',
  },
  PLATFORM_MISMATCH: {
    exit: 4,
    meaning: 'An image is made for another processor than the machine has.',
    hint: 'build it for the machine: docker build --platform, or platform: in the compose file',
  },
  MACHINE_NOT_READY: {
    exit: 4,
    meaning: 'A machine cannot take the deploy as it is.',
    hint: 'berth machine check says what it lacks',
  },
  NOTHING_TO_RESUME: {
    exit: 3,
    meaning: 'No deploy of the app over several machines was left off here.',
    hint: 'berth app status shows what runs; berth deploy begins a new one',
  },
  NOTHING_TO_CANCEL: {
    exit: 3,
    meaning: 'No deploy of the app is under way.',
    hint: 'berth app status shows what runs; berth rollback goes back',
  },
} as const
