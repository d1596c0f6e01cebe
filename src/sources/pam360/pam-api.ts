import type { PamSettings } from '../../config.js';
import { readAuthorities } from './authorities.js';
import { type Envelope, openEnvelope } from './envelope.js';
import { rowOf, rowsOf, textOf, type UpstreamRow } from './field-values.js';
import type { Page } from './listing.js';
import { PamError, PamRefusal } from './pam-error.js';
import { Transport, type TransportOptions } from './transport.js';

const REST = '/restapi/json/v1';

/** How calls are made, where that is not the usual. */
export type CallOptions = Pick<TransportOptions, 'pause' | 'patience'>;

/** The APIs of a PAM360 or Password Manager Pro server. Faults say which call it was. */
export class PamApi {
  readonly #settings: PamSettings;
  readonly #rest: Transport;
  readonly #scim: Transport;

  private constructor(settings: PamSettings, ca: string | undefined, signal: AbortSignal, options: CallOptions) {
    const { authToken, orgName } = settings;
    const headers = { AUTHTOKEN: authToken, ...(orgName !== undefined && { orgName }) };
    const common = { ca, signal, ...options };
    this.#settings = settings;
    this.#rest = new Transport({ ...common, headers });
    this.#scim = new Transport({
      ...common,
      headers: { ...headers, authorization: `Bearer ${authToken}`, accept: 'application/scim+json, application/json' },
    });
  }

  /** @throws Error where PAM_CA_FILE cannot be used */
  static async open(settings: PamSettings, signal: AbortSignal, options: CallOptions = {}): Promise<PamApi> {
    const ca = settings.caFile === undefined ? undefined : await readAuthorities(settings.caFile);
    return new PamApi(settings, ca, signal, options);
  }

  async close(): Promise<void> {
    await Promise.all([this.#rest.close(), this.#scim.close()]);
  }

  /** A page of the resources that the token's user owns or was given. */
  async resources(start: number, limit: number): Promise<Page> {
    const where = { STARTINDEX: String(start), LIMIT: String(limit) };
    // Paging goes as INPUT_DATA or as parameters; which of the two a version reads is not documented.
    const input = JSON.stringify({ operation: { Details: { STARTINDEX: start, LIMIT: limit } } });
    // Nor is it whether resources count from 0 or from 1: the first page is asked for without a number.
    return pageOf(
      await this.#get('/resources', start === 1 ? { LIMIT: where.LIMIT } : { ...where, INPUT_DATA: input }),
    );
  }

  /** A resource with the list of its accounts. */
  async described(resourceId: string): Promise<UpstreamRow> {
    return detailsOf(await this.#get(`/resources/${encodeURIComponent(resourceId)}/accounts`));
  }

  async account(resourceId: string, accountId: string): Promise<UpstreamRow> {
    const path = `/resources/${encodeURIComponent(resourceId)}/accounts/${encodeURIComponent(accountId)}`;
    return detailsOf(await this.#get(path));
  }

  /** A page of the audits of a day. */
  async audits(type: string, duration: 'TODAY' | 'YESTERDAY', start: number, limit: number): Promise<Page> {
    const parameters = { AUDITTYPE: type, STARTINDEX: String(start), LIMIT: String(limit), DURATION: duration };
    return pageOf(await this.#get('/audit', parameters));
  }

  /** A page of all users, by SCIM (RFC 7644, 3.4.2.4). */
  async users(start: number, limit: number): Promise<Page> {
    const { scimUrl } = this.#settings;
    const url = new URL(/\/Users$/.test(scimUrl!) ? scimUrl! : `${scimUrl}/Users`);
    url.searchParams.set('startIndex', String(start));
    url.searchParams.set('count', String(limit));
    return this.#saying('SCIM /Users', async () => {
      const answer = rowOf(await this.#scim.get(url));
      if ('operation' in answer) openEnvelope(answer);
      const total = textOf(answer.totalResults);
      if (total === null || !/^\d{1,15}$/.test(total)) {
        throw new PamError('it answered with something else than a list of SCIM: is PAM_SCIM_URL right?');
      }
      return { rows: rowsOf(answer.Resources), total: Number(total) };
    });
  }

  #get(path: string, parameters: Record<string, string> = {}): Promise<Envelope> {
    const { url: base } = this.#settings;
    const url = new URL(`${base.endsWith(REST) ? base : base + REST}${path}`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return this.#saying(`GET ${path}`, async () => openEnvelope(await this.#rest.get(url)));
  }

  /** Which call it was, without the token: a server that does not know it may repeat it. */
  async #saying<T>(call: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PamError)) throw error;
      const ErrorClass = error instanceof PamRefusal ? PamRefusal : PamError;
      throw new ErrorClass(`${call}: ${error.message.replaceAll(this.#settings.authToken, '***')}`, error.mayPass);
    }
  }
}

function pageOf({ details, totalRows }: Envelope): Page {
  return { rows: rowsOf(details), total: totalRows };
}

function detailsOf({ details }: Envelope): UpstreamRow {
  return rowOf(Array.isArray(details) ? details[0] : details);
}
