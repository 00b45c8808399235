export { errorCatalogue, exitCodeMeanings, exitCodes } from '../core/error-catalogue.ts'
