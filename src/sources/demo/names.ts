import type { Random } from './random.js';

const FIRST = (
  'Ada Adam Agnes Aisha Alan Alice Ana Andrei Anna Arjun Astrid Bartosz Beatriz Bruno Camille Carmen Cian Clara Daniel ' +
  'Daria David Elena Emil Emma Erik Eva Farah Felix Fiona Freya Gabriel Greta Hana Hugo Ines Irene Ivan Jakub Jana Jonas ' +
  'Julia Karim Katarina Klaus Lars Laura Leon Lina Lucia Magda Marco Maria Marta Mateo Mei Mikael Milan Nadia Niamh Nina ' +
  'Noah Olga Oliver Omar Oscar Paula Pavel Petra Priya Rafael Rosa Ruth Samir Sara Sean Selma Sofia Stefan Tariq Teresa ' +
  'Thomas Tomas Ulrike Vera Viktor Wei Xenia Yara Yusuf Zofia'
).split(' ');

const LAST = (
  'Abbott Almeida Andersen Bakker Becker Berg Bianchi Blanc Byrne Castillo Chen Costa Daly Dubois Egger Eriksen Fernandez ' +
  'Fischer Fontana Garcia Geller Gomez Hansen Hartmann Haas Horvat Huber Ibrahim Ivanov Jansen Jensen Jordan Kaminski ' +
  'Keller Khan Kovacs Kowalski Kramer Lange Larsen Leclerc Lind Lopez Maier Marin Martins Mendes Meyer Moreau Morgan ' +
  'Murphy Nagy Navarro Nguyen Nilsson Novak Nowak Okafor Olsen Orban Patel Pereira Petrov Popescu Quinn Ramos Reid Ricci ' +
  'Rossi Roy Ruiz Sato Schmidt Schulz Serra Silva Singh Sousa Stein Svensson Tanaka Torres Vargas Varga Visser Vogel ' +
  'Walsh Weber Wolf Wood Yilmaz Young Zimmer'
).split(' ');

const APPLICATIONS = [
  'Jenkins',
  'Ansible',
  'Terraform',
  'GitLab Runner',
  'ServiceNow',
  'SAP Batch',
  'Backup Agent',
  'Payroll Sync',
  'Monitoring',
  'Data Warehouse',
  'Kubernetes',
  'Patch Manager',
];

export interface Name {
  readonly userName: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string;
}

/** Gives out names whose user names are all different. */
export class Names {
  private readonly taken = new Map<string, number>();

  constructor(private readonly random: Random) {}

  person(): Name {
    const firstName = this.random.pick(FIRST);
    const lastName = this.random.pick(LAST);
    const userName = this.unique(`${firstName[0]}.${lastName}`.toLowerCase());
    return { userName, firstName, lastName, fullName: `${firstName} ${lastName}` };
  }

  application(): Name {
    const application = this.random.pick(APPLICATIONS);
    const userName = this.unique(`api-${application.toLowerCase().replaceAll(' ', '-')}`);
    return { userName, firstName: null, lastName: null, fullName: `${application} (API user)` };
  }

  private unique(name: string): string {
    const count = (this.taken.get(name) ?? 0) + 1;
    this.taken.set(name, count);
    return count === 1 ? name : `${name}${count}`;
  }
}
