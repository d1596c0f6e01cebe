import { Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true })
export class UserError {
  /** The path of the input that was wrong; null where it was not a single one. */
  @Field(() => [String], { nullable: true }) field!: readonly string[] | null;
  @Field(() => String) code!: string;
  @Field(() => String) message!: string;
}

/** A fault of what the caller of a mutation asked for, which its payload says among its `userErrors`. */
export class UserInputError extends Error {
  override readonly name = 'UserInputError';

  constructor(
    readonly code: string,
    message: string,
    readonly field: readonly string[] | null = null,
  ) {
    super(message);
  }
}

/** What `work` answers; where it ends with a UserInputError, `refused` with that fault among the `userErrors`. */
export async function withUserErrors<Refused extends object, Done extends object>(
  refused: Refused,
  work: () => Promise<Done>,
): Promise<(Refused | Done) & { userErrors: UserError[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof UserInputError)) throw error;
    const { field, code, message } = error;
    return { ...refused, userErrors: [{ field, code, message }] };
  }
}
