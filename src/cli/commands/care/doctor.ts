import type { Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag } from '../../command.ts'
import type { Paint } from '../../ui/paint.ts'
import { runWithProgress } from '../env/shared.ts'

type Finding = Output<'care.doctor'>['findings'][number]

/** `berth doctor` */
export const doctorCommand = defineCommand<{ fix: boolean }>({
  name: 'care.doctor',
  brief: 'Find what is not as it should be, explain it, and mend it with --fix',
  details:
    'Looks at the programs Berth needs, the container engine, names, subnets, sessions, workspaces, the journal, and everything in the engine that carries the label of this BERTH_HOME. Only objects of our own are ever removed. Exits with 1 while something is wrong.',
  flags: { fix: switchFlag('mend what can be mended') },
  async run(context, flags) {
    const data = await runWithProgress(context, flags, 'care.doctor', 'doctor', { fix: flags.fix })
    const open = data.findings.filter(({ repaired, severity }) => !repaired && severity !== 'note')
    return { data, text: render(data.findings, context.ui.paint), exitCode: open.length > 0 ? 1 : 0 }
  },
})

function render(findings: readonly Finding[], paint: Paint): string {
  const well = `${paint('green', '✓')} everything is as it should be`
  if (findings.every(({ severity }) => severity === 'note'))
    return [well, ...findings.map((finding) => describe(finding, paint))].join('\n')
  const open = findings.filter(({ repairable, repaired }) => repairable && !repaired)
  const hint =
    open.length > 0 && open.every(({ failure }) => failure === null)
      ? ['', 'berth doctor --fix mends what is marked →']
      : []
  return [...findings.map((finding) => describe(finding, paint)), ...hint].join('\n')
}

const marks: Record<Finding['severity'], (paint: Paint) => string> = {
  error: (paint) => paint('red', '✗'),
  warning: (paint) => paint('yellow', '!'),
  note: (paint) => paint('dim', '·'),
}

function describe(
  { subject, problem, remedy, severity, repairable, repaired, failure }: Finding,
  paint: Paint,
): string {
  if (repaired) return `${paint('green', '✓')} ${subject}: ${problem}; mended`
  const mark = marks[severity](paint)
  const next = failure === null ? `  ${repairable ? '→' : ' '} ${remedy}` : `    could not be mended: ${failure}`
  return `${mark} ${subject}: ${problem}\n${paint('dim', next)}`
}
