package import Diagnosis

/// What happens to a person's account.
///
/// Passwords and token values are never part of a fact.
package enum PersonFact: Fact {
    /// The account exists from now on. `origin` says where it came from when it was not made by hand.
    case added(name: String, email: String?, roles: [String], organisation: String?, origin: String?)
    /// The name changed.
    case renamed(name: String)
    /// The roles changed.
    case rolesChanged(roles: [String], reason: String?)
    /// The account can no longer be used.
    case deactivated(reason: String?)
    /// The account can be used again.
    case reactivated
    /// A password was set, by the person or for them.
    case passwordSet(byReset: Bool)
    /// The person signed in.
    case signedIn(session: String, address: String)
    /// Somebody tried to sign in as the person and failed.
    case signInFailed(address: String)
    /// A session ended by hand.
    case sessionEnded(session: String)
    /// A token was made.
    case tokenCreated(token: String, name: String, scopes: [String])
    /// A token was withdrawn.
    case tokenRevoked(token: String)
    /// The person asked for something that they may not do.
    case accessDenied(what: String, right: String, request: String)
    /// Single-key shortcuts were switched on or off.
    case shortcutsSwitched(on: Bool)
    /// Signing in takes a code from now on.
    case secondFactorAdded
    /// Signing in takes no code any more: the person wanted it so, or somebody else reset it.
    case secondFactorRemoved(byReset: Bool, reason: String?)
    /// New recovery codes; those before are void.
    case recoveryCodesMade
    /// A recovery code was used up; so many are left.
    case recoveryCodeUsed(left: Int)
    /// Something took the person away from their work for so many minutes.
    case interrupted(what: String, minutes: Int, about: String?)
    /// The person takes no cases until a moment; nil says that they are back.
    case awaySet(until: Timestamp?, reason: String?)
    /// Single keys got other meanings: what is done to the key that does it; all others are as they come.
    case keysMapped([String: String])
    /// Whether a customer’s contact wants to be asked how we did.
    case surveysChosen(wanted: Bool)

    package static let erasableFields: Set<String> = ["name", "email", "address", "by_what", "away_for"]

    package var kind: String {
        switch self {
        case .added: "person.added"
        case .renamed: "person.renamed"
        case .rolesChanged: "person.roles_changed"
        case .deactivated: "person.deactivated"
        case .reactivated: "person.reactivated"
        case .passwordSet: "person.password_set"
        case .signedIn: "person.signed_in"
        case .signInFailed: "person.sign_in_failed"
        case .sessionEnded: "person.session_ended"
        case .tokenCreated: "person.token_created"
        case .tokenRevoked: "person.token_revoked"
        case .accessDenied: "person.access_denied"
        case .shortcutsSwitched: "person.shortcuts_switched"
        case .keysMapped: "person.keys_mapped"
        case .interrupted: "person.interrupted"
        case .awaySet: "person.away_set"
        case .secondFactorAdded: "person.second_factor_added"
        case .secondFactorRemoved: "person.second_factor_removed"
        case .recoveryCodesMade: "person.recovery_codes_made"
        case .recoveryCodeUsed: "person.recovery_code_used"
        case .surveysChosen: "person.surveys_chosen"
        }
    }

    /// Whether facts of this kind change what the person may see: pages that are open must ask again.
    package static func changesAccess(kind: String) -> Bool {
        [
            "person.roles_changed", "person.deactivated", "person.password_set", "person.session_ended",
            "person.token_revoked", "person.second_factor_added", "person.second_factor_removed",
        ].contains(kind)
    }

    package var edits: Set<Aspect> {
        switch self {
        case .renamed: ["name"]
        case .rolesChanged: ["roles"]
        case .deactivated, .reactivated: ["active"]
        case .keysMapped: ["keys"]
        case .awaySet: ["away"]
        case .surveysChosen: ["surveys"]
        case .secondFactorAdded, .secondFactorRemoved: ["second_factor"]
        default: []
        }
    }

    package var body: JSON {
        switch self {
        case .added(let name, let email, let roles, let organisation, let origin):
            .fields([
                "name": .string(name), "email": email.map(JSON.string),
                "roles": .array(roles.map(JSON.string)), "organisation": organisation.map(JSON.string),
                "origin": origin.map(JSON.string),
            ])
        case .renamed(let name): ["name": .string(name)]
        case .rolesChanged(let roles, let reason):
            .fields(["roles": .array(roles.map(JSON.string)), "reason": reason.map(JSON.string)])
        case .deactivated(let reason): .fields(["reason": reason.map(JSON.string)])
        case .reactivated: [:]
        case .passwordSet(let byReset): ["by_reset": .bool(byReset)]
        case .signedIn(let session, let address): ["session": .string(session), "address": .string(address)]
        case .signInFailed(let address): ["address": .string(address)]
        case .sessionEnded(let session): ["session": .string(session)]
        case .tokenCreated(let token, let name, let scopes):
            ["token": .string(token), "name": .string(name), "scopes": .array(scopes.map(JSON.string))]
        case .tokenRevoked(let token): ["token": .string(token)]
        case .accessDenied(let what, let right, let request):
            ["what": .string(what), "right": .string(right), "request": .string(request)]
        case .shortcutsSwitched(let on): ["on": .bool(on)]
        case .keysMapped(let keys): ["keys": KeyMap.json(keys)]
        case .interrupted(let what, let minutes, let about):
            .fields([
                "by_what": .string(what), "minutes": .integer(Int64(minutes)), "case": about.map(JSON.string),
            ])
        case .awaySet(let until, let reason):
            .fields(["until": until?.json, "away_for": reason.map(JSON.string)])
        case .secondFactorAdded, .recoveryCodesMade: [:]
        case .secondFactorRemoved(let byReset, let reason):
            .fields(["by_reset": .bool(byReset), "reason": reason.map(JSON.string)])
        case .recoveryCodeUsed(let left): ["left": .integer(Int64(left))]
        case .surveysChosen(let wanted): ["wanted": .bool(wanted)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "person.added":
            self = .added(
                name: try body.text("name"), email: body.optionalText("email"), roles: body.texts("roles"),
                organisation: body.optionalText("organisation"), origin: body.optionalText("origin"))
        case "person.renamed": self = .renamed(name: try body.text("name"))
        case "person.roles_changed":
            self = .rolesChanged(roles: body.texts("roles"), reason: body.optionalText("reason"))
        case "person.deactivated": self = .deactivated(reason: body.optionalText("reason"))
        case "person.reactivated": self = .reactivated
        case "person.password_set": self = .passwordSet(byReset: body.bool("by_reset") ?? false)
        case "person.signed_in":
            self = .signedIn(session: try body.text("session"), address: try body.text("address"))
        case "person.sign_in_failed": self = .signInFailed(address: try body.text("address"))
        case "person.session_ended": self = .sessionEnded(session: try body.text("session"))
        case "person.token_created":
            self = .tokenCreated(
                token: try body.text("token"), name: try body.text("name"), scopes: body.texts("scopes"))
        case "person.token_revoked": self = .tokenRevoked(token: try body.text("token"))
        case "person.access_denied":
            self = .accessDenied(
                what: try body.text("what"), right: try body.text("right"), request: try body.text("request"))
        case "person.keys_mapped": self = .keysMapped(KeyMap.read(body))
        case "person.interrupted":
            self = .interrupted(
                what: try body.text("by_what"), minutes: body.integer("minutes") ?? 0,
                about: body.optionalText("case"))
        case "person.away_set":
            self = .awaySet(until: body.time("until"), reason: body.optionalText("away_for"))
        case "person.second_factor_added": self = .secondFactorAdded
        case "person.second_factor_removed":
            self = .secondFactorRemoved(
                byReset: body.bool("by_reset") ?? false, reason: body.optionalText("reason"))
        case "person.recovery_codes_made": self = .recoveryCodesMade
        case "person.recovery_code_used": self = .recoveryCodeUsed(left: body.integer("left") ?? 0)
        case "person.surveys_chosen": self = .surveysChosen(wanted: body.bool("wanted") ?? true)
        case "person.shortcuts_switched": self = .shortcutsSwitched(on: body.bool("on") ?? true)
        default: throw FactProblem("“\(kind)” is not a kind of person fact")
        }
    }
}
