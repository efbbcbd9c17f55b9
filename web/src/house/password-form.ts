/** What is wrong with a new password before the floor is asked; the floor checks again. */

/** The floor takes no shorter one. */
export const PASSWORD_CHARACTERS_MIN = 12;

export function passwordFault(old_password: string, new_password: string, again: string): "short" | "same" | "differ" | undefined {
  if ([...new_password].length < PASSWORD_CHARACTERS_MIN) return "short";
  if (new_password === old_password) return "same";
  return new_password === again ? undefined : "differ";
}
