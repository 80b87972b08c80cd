import Diagnosis
import Domain
import Storage
import Web

/// Gives single keys other meanings for oneself (WCAG 2.1.4).
enum MapKeys: Operation {
    struct Input: Sendable { var keys: [String] }

    static let name = "account.map_keys"
    static let summary = "Choose your own keys"
    static let right: Right = "account.manage"
    static let place = OperationPlace.single(path: "account/key_map")
    static let verb = "Save"
    static let input = Fields(
        Input.init,
        .list(of: .line("keys", "Keys", maxBytes: 40)).help(
            "What differs from the usual keys, such as assign=x; reply= takes the key away. Empty means the usual keys."
        ))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Person
    {
        try existingPerson(actor.id, in: tx)
    }

    static func decide(_ input: Input, on person: Person, in context: Context) throws(Refusal) -> Decision {
        let map = try KeyMap.checked(KeyMap.read(input.keys.joined(separator: " ")))
        var decision = Decision()
        if map != person.keys { decision.record(PersonFact.keysMapped(map), on: person.ref) }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/account/keys?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/account/keys", backName: "Keys")
        form.values["keys"] = .text(
            KeyMap.text(try existingPerson(actor.id, in: tx).keys).replacing(" ", with: "\n"))
        return form
    }
}

/// The page on which people choose their own keys.
enum KeyPages {
    static func show(_ call: SignedInCall, _ services: Services) -> WebResponse {
        let keys = call.preferences.keys
        let typed = Dictionary(uniqueKeysWithValues: KeyMap.actions.map { ($0.id, keys[$0.id] ?? $0.key) })
        return page(call, services, typed, refusal: nil)
    }

    static func save(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let raw = try await call.request.input()
        let isReset = raw["reset"].typed == "yes"
        var typed: [String: String] = [:]
        for action in KeyMap.actions {
            let value = raw["key.\(action.id)"]
            typed[action.id] = value == .missing ? action.key : value.typed.trimmingWhitespace
        }
        do {
            // Checked here as well, so that what is wrong is named beside its field.
            let map = isReset ? [:] : try KeyMap.checked(typed)
            let list = map.sorted { $0.key < $1.key }.map { RawValue.text("\($0.key)=\($0.value)") }
            _ = try await services.operations.run(
                AnyOperation(MapKeys.self),
                OperationRequest(
                    actor: call.actor, raw: RawInput(["keys": .list(list)]), requestID: call.request.id))
            return .seeOther("/account/keys?done=saved")
        } catch let refusal as Refusal where refusal.reason == .invalid {
            return page(call, services, typed, refusal: refusal)
        }
    }

    private static func page(
        _ call: SignedInCall, _ services: Services, _ typed: [String: String], refusal: Refusal?
    ) -> WebResponse {
        let isOn = call.preferences.usesShortcuts
        let off: HTML =
            isOn
            ? .empty
            : "<div class=\"notice warn\" role=\"status\">\(icon("alert"))<div>Single keys are switched off. <a href=\"/account\">Switch them on</a> to use these.</div></div>"
        let problem: HTML = refusal.map(summary) ?? .empty
        let rows = KeyMap.actions.map { row($0, typed[$0.id] ?? "", refusal) }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/account">Your account</a><span aria-hidden="true">/</span><span>Keys</span></nav>
            <h1>Your keys</h1><p class="lede">One letter, digit or sign each; leave a field empty for no key. Ctrl K, Ctrl Enter and Esc stay as they are.</p>
            \(off)\(problem)<form class="form narrow" method="post" action="/account/keys" data-enhance><table class="tbl keep keymap"><thead><tr><th scope="col">What it does</th><th scope="col">Your key</th><th scope="col">Usual key</th></tr></thead><tbody>\(rows)</tbody></table>
            <p class="form-error" data-form-error role="alert"></p><div class="foot"><button class="btn go">Save</button><button class="btn" name="reset" value="yes">Reset to the usual keys</button><a class="btn bare" href="/account">Cancel</a></div></form>
            """
        return services.page(
            Page("Your keys", here: "/account", main: main), for: call, status: refusal == nil ? 200 : 422)
    }

    private static func summary(_ refusal: Refusal) -> HTML {
        let items = refusal.problems.map {
            "<li><a href=\"#key-\($0.field)\">\($0.message)</a></li>" as HTML
        }
        return """
            <div class="problem" role="alert" tabindex="-1"><h2>Not saved: these keys cannot be</h2><ul>\(items)</ul></div>
            """
    }

    private static func row(_ action: KeyMap.Action, _ value: String, _ refusal: Refusal?) -> HTML {
        let problem = refusal?.problems.first { $0.field == action.id }
        let error: HTML =
            problem.map { "<p class=\"err\" id=\"key-\(action.id)-err\">\(icon("alert"))\($0.message)</p>" }
            ?? .empty
        let described: HTML =
            problem == nil
            ? .empty
            : " aria-invalid=\"true\" aria-describedby=\"key-\(action.id)-err\"\(refusal?.problems.first?.field == action.id ? " data-first-error" : "")"
        return """
            <tr><th scope="row"><label for="key-\(action.id)">\(action.title)</label></th><td><input class="input key" id="key-\(action.id)" name="key.\(action.id)" value="\(value)" maxlength="2" size="3" autocomplete="off" autocapitalize="off" spellcheck="false"\(described)>\(error)</td><td><kbd>\(action.key)</kbd></td></tr>

            """
    }
}
