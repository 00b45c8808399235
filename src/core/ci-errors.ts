/** Failures of `berth ci`. Spread into the catalogue. */
export const ciErrors = {
  CI_NO_STAGES: {
    exit: 3,
    meaning: 'The repository has nothing to run.',
    hint: 'name stages in [ci.stages] of berth.toml; docs/guides/ci.md shows how',
  },
  CI_STAGE_UNKNOWN: { exit: 3, meaning: 'The pipeline has no such stage.', hint: 'berth ci --list shows the stages' },
  CI_PROFILE_UNKNOWN: {
    exit: 3,
    meaning: 'The pipeline has no such profile.',
    hint: 'profiles are the tables [ci.profiles.NAME] of berth.toml',
  },
  CI_DEPENDENCY_CYCLE: {
    exit: 2,
    meaning: 'Stages of the pipeline wait for each other.',
    hint: 'take one of these names out of its depends_on',
  },
  CI_DEPENDENCY_UNSELECTED: {
    exit: 2,
    meaning: 'A stage that is to run depends on one that is not.',
    hint: 'name it too, or enable it',
  },
  CI_HOST_UNFIT: {
    exit: 1,
    meaning: 'The machine lacks something that stages need there.',
    hint: 'mend it there, then run this again',
  },
  CI_STAGE_LOST: {
    exit: 1,
    meaning: 'The machine was restarted while a stage ran there.',
    hint: 'run it again',
  },
  CI_HOST_AWAY: {
    exit: 6,
    meaning: 'A machine has not answered for long while a stage runs there.',
    hint: 'berth machines shows which of them answer',
  },
  CI_RUN_NOT_FOUND: { exit: 3, meaning: 'No run has this id.', hint: 'berth ci runs shows them' },
  NOT_A_REPOSITORY: { exit: 3, meaning: 'The directory is in no git repository.', hint: 'git init makes one' },
  HOOK_FOREIGN: {
    exit: 4,
    meaning: "A hook of git is somebody else's, and was not changed.",
    hint: 'add the line "berth ci hook run pre-commit" to it yourself',
  },
  CI_RUN_OVER: { exit: 4, meaning: 'The run is over.', hint: 'berth ci runs shows how runs stand' },
} as const
