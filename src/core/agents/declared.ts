import type { AgentAdapter } from './model.ts'

/**
 * An agent Berth knows nothing of but its command. `{prompt}` and `{model}` in its arguments stand for the values;
 * without `{prompt}` the prompt is the last argument, headless as well. An argument whose value is missing is left out,
 * together with the option before it: `--ask {prompt}`.
 */
export function declaredAgent(name: string, program: string): AgentAdapter {
  return {
    name,
    program,
    package: null,
    key: null,
    invoke({ prompt, model, args }) {
      const filled = fill(fill(args, '{model}', model), '{prompt}', prompt)
      const isPlaced = args.some((argument) => argument.includes('{prompt}'))
      return { args: prompt === null || isPlaced ? filled : [...filled, prompt], env: {}, stdin: null }
    },
  }
}

function fill(args: readonly string[], placeholder: string, value: string | null): string[] {
  if (value !== null) return args.map((argument) => argument.replaceAll(placeholder, () => value))
  const isMissing = (argument: string | undefined) => argument?.includes(placeholder) ?? false
  const isOptionOf = (argument: string, index: number) => argument.startsWith('-') && args[index + 1] === placeholder
  return args.filter((argument, index) => !isMissing(argument) && !isOptionOf(argument, index))
}
