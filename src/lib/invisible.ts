/**
 * A character that cannot be seen, or that breaks a line or its direction: controls, format characters, lone surrogates, and the
 * fillers and blanks that fonts draw as nothing.
 */
export const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
