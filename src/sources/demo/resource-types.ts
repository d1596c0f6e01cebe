import type { Department } from './company.js';

/** A type of resource and what its instances look like. `{host}` stands for the DNS name. */
export interface ResourceType {
  readonly type: string;
  readonly weight: number;
  readonly prefix: string;
  readonly departments: readonly Department[];
  readonly url: string | null;
  readonly description: string;
  /** The names that its privileged accounts have, the commonest first. */
  readonly accounts: readonly string[];
}

function type(
  name: string,
  weight: number,
  prefix: string,
  departments: readonly Department[],
  url: string | null,
  description: string,
  accounts: string,
): ResourceType {
  return { type: name, weight, prefix, departments, url, description, accounts: accounts.split(' ') };
}

/** Domain types first, then some of those that administrators define. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  type(
    'Windows',
    22,
    'win',
    ['IT Operations', 'Finance Systems', 'Plant Systems'],
    null,
    'Application server',
    'Administrator svc_backup svc_deploy svc_monitor localadmin svc_patch svc_iis svc_scan',
  ),
  type(
    'Linux',
    26,
    'lnx',
    ['IT Operations', 'Software Engineering', 'Security Operations'],
    null,
    'Application host',
    'root deploy backup ansible nagios tomcat splunk oper',
  ),
  type(
    'MS SQL',
    8,
    'sql',
    ['Database Administration', 'Finance Systems'],
    null,
    'SQL Server instance',
    'sa svc_sql dba_oncall etl_load report_ro agent_job backup_op audit_ro',
  ),
  type(
    'Oracle',
    6,
    'ora',
    ['Database Administration', 'Finance Systems'],
    null,
    'Oracle database',
    'SYSTEM SYS DBSNMP APP_OWNER RMAN ETL_LOAD REPORT_RO PATCH',
  ),
  type(
    'MySQL',
    7,
    'mys',
    ['Database Administration', 'Software Engineering'],
    null,
    'MySQL server',
    'root replication backup app_rw app_ro monitor dba etl',
  ),
  type(
    'PostgreSQL',
    6,
    'pgs',
    ['Database Administration', 'Software Engineering'],
    null,
    'PostgreSQL cluster',
    'postgres replicator backup app_rw app_ro monitor dba migrate',
  ),
  type(
    'Cisco IOS',
    6,
    'csw',
    ['Network Operations'],
    'https://{host}',
    'Access switch',
    'admin enable netops backup readonly oncall tacacs-local snmp',
  ),
  type(
    'Fortigate Firewall',
    4,
    'fgt',
    ['Network Operations', 'Security Operations'],
    'https://{host}:8443',
    'Perimeter firewall',
    'admin secops netops backup readonly api-admin oncall vpn-admin',
  ),
  type(
    'F5 BIG-IP',
    2,
    'lbr',
    ['Network Operations'],
    'https://{host}/tmui',
    'Load balancer',
    'admin root netops monitor oncall backup api-admin readonly',
  ),
  type(
    'VMware ESXi',
    4,
    'esx',
    ['IT Operations', 'Cloud Platform'],
    'https://{host}/ui',
    'Hypervisor',
    'root vpxuser backup oper monitor svc_veeam oncall patch',
  ),
  type(
    'AWS IAM',
    4,
    'aws',
    ['Cloud Platform', 'Software Engineering'],
    'https://console.aws.amazon.com',
    'Cloud account',
    'break-glass terraform ci-deploy billing-admin security-audit backup support dns-admin',
  ),
  type(
    'Microsoft Azure',
    2,
    'azr',
    ['Cloud Platform'],
    'https://portal.azure.com',
    'Cloud subscription',
    'break-glass terraform ci-deploy billing-admin security-audit backup support network-admin',
  ),
  type(
    'SAP HANA',
    2,
    'sap',
    ['Finance Systems', 'Database Administration'],
    null,
    'ERP database',
    'SYSTEM SAPABAP1 BACKUP MONITOR ETL_LOAD AUDIT DDIC TMSADM',
  ),
  type(
    'Siemens SIMATIC',
    1,
    'plc',
    ['Plant Systems'],
    'http://{host}',
    'Plant controller',
    'maintenance operator engineer vendor readonly admin backup service',
  ),
];
