import { Extensions, registerEnumType } from 'type-graphql';

/** What an actor may do. Roles given in this gateway are named sets of these. */
export enum Privilege {
  MANAGEENGINE_INTEGRATION = 'MANAGEENGINE_INTEGRATION',
  READ_RESOURCES = 'READ_RESOURCES',
  READ_USER_ACCOUNTS = 'READ_USER_ACCOUNTS',
  READ_AUDITS = 'READ_AUDITS',
  READ_ANALYTICS = 'READ_ANALYTICS',
  MANAGE_ALERTS = 'MANAGE_ALERTS',
  MANAGE_USERS = 'MANAGE_USERS',
  INGEST = 'INGEST',
}

registerEnumType(Privilege, {
  name: 'Privilege',
  valuesConfig: {
    MANAGEENGINE_INTEGRATION: {
      description: "The ManageEngine Integration role's privilege: sees and changes the Analytics Plus integration.",
    },
    INGEST: { description: 'Pushes or imports records into the three modules.' },
  },
});

/** Guards a type, or a root field, by privileges that the actor must all hold. `@Access()` is public. */
export function Access(...requires: Privilege[]): ClassDecorator & MethodDecorator {
  return Extensions({ access: requires }) as ClassDecorator & MethodDecorator;
}

/** A root field that may stand in an operation once, aliases included: what is limited for each request is not had in bulk. */
export function Once(): MethodDecorator {
  return Extensions({ once: true }) as MethodDecorator;
}

/** A root field for users who signed in, and for no token. It stands beside `@Access()`. */
export function SessionOnly(): MethodDecorator {
  return Extensions({ sessionOnly: true }) as MethodDecorator;
}

export function isSessionOnly(field: { extensions: unknown }): boolean {
  return (field.extensions as { sessionOnly?: boolean }).sessionOnly === true;
}

export function isOnce(field: { extensions: unknown }): boolean {
  return (field.extensions as { once?: boolean }).once === true;
}

/** The privileges that stand on a type or field of the built schema; undefined where it says nothing. */
export function accessOf(element: { extensions: unknown }): readonly Privilege[] | undefined {
  return (element.extensions as { access?: readonly Privilege[] }).access;
}

/** Whether anybody may ask for a root field, signed in or not. */
export function isPublic(field: { extensions: unknown }): boolean {
  return accessOf(field)?.length === 0 && !isSessionOnly(field);
}
