import Diagnosis
import Domain
import Storage
import Web

/// What a part of a case's page may use.
package struct CasePartContext: Sendable {
    /// The case.
    package var this: SupportCase
    /// The facts that its state follows from.
    package var history: CaseHistory
    /// Its customer; nil for requests of colleagues.
    package var organisation: Organisation?
    /// Its links, as far as the reader may know of them; customers see none.
    package var links: [CaseLink]
    /// What was answered in its forms, and what is missing.
    package var forms: CaseForms
    /// How its clocks stand; customers see none.
    package var clocks: StandingClocks
    /// Who looks.
    package var actor: Actor
    /// The policy in force.
    package var policy: Policy
    /// The time.
    package var now: Timestamp
    /// The request, for what its address says.
    package var request: WebRequest
    /// A fresh identifier, for forms.
    package var newKey: @Sendable () -> String

    /// Where the case's page is: "/cases/TL-42".
    package var path: String { "/cases/\(this.number)" }

    /// Whether the words of the case were purged: there is nothing left to work on.
    var isPurged: Bool { history.facts.contains { $0.body.isPurge } }

    /// Whether the case is resolved or closed.
    package var isDone: Bool { [.resolved, .closed].contains(policy.phase(of: this.status)) }

    /// What parts of a page about a case may use, for whoever makes the call.
    init(
        _ this: SupportCase, for call: SignedInCall, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        self.this = this
        history = try CaseHistory(of: this.id, in: tx)
        organisation = try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        links =
            call.actor.isCustomer ? [] : try RelationsDirectory.links(of: this.id, for: call.actor, in: tx)
        forms = try FormsDirectory.forms(
            of: this, history, links, for: call.actor, policy: policy, in: tx)
        clocks =
            call.actor.isCustomer
            ? .none
            : try ServiceLevelsDirectory.standing(
                of: this, facts: history.facts, policy: policy, at: now, in: tx)
        (actor, request) = (call.actor, call.request)
        (self.policy, self.now) = (policy, now)
        newKey = { newIdentifier(at: now) }
        if isPurged { actor = actor.narrowed(to: [Restriction.viewRight, RetentionFeature.viewRight]) }
    }
}

/// Something that can be done to a case, as the list of actions on its page shows it.
package struct CaseAction: Sendable {
    /// What actions have in common, as the list groups them.
    package enum Group: String, Sendable, CaseIterable {
        /// Always in sight.
        case often = "Often"
        case effect = "Severity and effect"
        case investigation = "Investigation"
        case questions = "Ask and check"
        case people = "People and calls"
        case links = "Links and who may know"
    }

    /// Who may do it.
    package var right: Right
    /// Where it is done, under the case: "add_hypothesis".
    package var verb: String
    /// The icon.
    package var icon: String
    /// What it says: "Add a hypothesis".
    package var title: String
    /// The single key that does it, if one does.
    package var key: String?
    /// Where the list shows it.
    package var group: Group

    /// An action with all parts.
    package init(
        _ right: Right, _ verb: String, icon: String, _ title: String, key: String? = nil,
        in group: Group = .often
    ) {
        (self.right, self.verb, self.icon, self.title, self.key) = (right, verb, icon, title, key)
        self.group = group
    }
}

/// What a feature adds to cases: a piece of the page, actions, JSON, sentences of the timeline, a piece of the portal.
///
/// The page of a case is made of the parts of all features, so it names none of them.
package struct CasePart: Sendable {
    /// Where on the page a part stands.
    package enum Place: Sendable {
        /// Above the brief: what nobody may overlook.
        case notice
        /// In the brief, above what is known of the impact.
        case brief
        /// Between the brief and the timeline.
        case work
        /// In the column beside.
        case side
    }

    /// The sentence of a fact: icon, and markup after the name of who did it.
    package typealias Line = (icon: String, HTML)

    /// Where it stands.
    package var place: Place
    /// Its turn among the parts of the place, lowest first.
    package var order: Int
    /// The markup; empty for nothing.
    ///
    /// Each element that changes while the page is open carries `id` and `data-live`.
    package var html: @Sendable (CasePartContext, borrowing Transaction) throws -> HTML
    /// What can be done.
    package var actions: @Sendable (CasePartContext) -> [CaseAction]
    /// Members that it adds to the case's JSON, for staff.
    package var json:
        @Sendable (CasePartContext, borrowing Transaction) throws -> [(key: String, value: JSON)]
    /// The turn of its piece of the customer's page, lowest first: what is promised, what is asked, what would help.
    package var portalOrder: Int
    /// Its piece of the customer's page.
    package var portal: @Sendable (CasePartContext, borrowing Transaction) throws -> HTML
    /// The sentence of a fact of its family; nil for all others.
    ///
    /// `isForCustomer` asks for what the customer may read.
    package var sentence: @Sendable (Recorded<CaseFact>, CaseSentence, _ isForCustomer: Bool) -> Line?
    /// A whole entry of the timeline, for facts that are more than a line; nil for all others.
    package var entry: @Sendable (Recorded<CaseFact>, CaseSentence) -> HTML?

    /// What the timeline shows between the entries of the case, by the view that is looked at: "all", "story", "clocks".
    package var asides:
        @Sendable (CasePartContext, _ view: String, borrowing Transaction) throws -> [CaseAside]

    /// A part; what is left out adds nothing.
    package init(
        _ place: Place, order: Int = 50,
        html: @escaping @Sendable (CasePartContext, borrowing Transaction) throws -> HTML = { _, _ in .empty
        },
        actions: @escaping @Sendable (CasePartContext) -> [CaseAction] = { _ in [] },
        json:
            @escaping @Sendable (CasePartContext, borrowing Transaction) throws -> [(
                key: String, value: JSON
            )] =
            { _, _ in [] },
        portalOrder: Int = 50,
        portal: @escaping @Sendable (CasePartContext, borrowing Transaction) throws -> HTML = { _, _ in .empty
        },
        sentence: @escaping @Sendable (Recorded<CaseFact>, CaseSentence, Bool) -> Line? = { _, _, _ in nil },
        entry: @escaping @Sendable (Recorded<CaseFact>, CaseSentence) -> HTML? = { _, _ in nil },
        asides:
            @escaping @Sendable (CasePartContext, String, borrowing Transaction) throws -> [CaseAside] = {
                _, _, _ in []
            }
    ) {
        (self.place, self.order, self.html, self.actions) = (place, order, html, actions)
        (self.json, self.portal, self.sentence, self.entry) = (json, portal, sentence, entry)
        (self.portalOrder, self.asides) = (portalOrder, asides)
    }
}

/// Something that the timeline shows at its time though it is no entry of the case: what the software saw.
package struct CaseAside: Sendable {
    /// When it was so.
    package var at: Timestamp
    /// The icon.
    package var icon: String
    /// What happened.
    package var words: HTML

    /// An aside with all parts.
    package init(at moment: Timestamp, icon: String, _ words: HTML) {
        (at, self.icon, self.words) = (moment, icon, words)
    }
}

extension [CasePart] {
    /// What the parts show between the entries of a timeline.
    func asides(
        _ context: CasePartContext, view: String, in tx: borrowing Transaction
    ) throws -> [CaseAside] {
        var asides: [CaseAside] = []
        for part in self { asides += try part.asides(context, view, tx) }
        return asides
    }

    /// The markup of the parts of a place, in their order.
    func html(
        _ place: CasePart.Place, _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> HTML {
        var html: HTML = ""
        for part in self where part.place == place { html += try part.html(context, tx) }
        return html
    }

    /// The pieces of the customer's page, in their order.
    func portal(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        var html: HTML = ""
        // Sorting keeps the order of equals only by chance, so their place decides.
        let turns = enumerated().sorted {
            ($0.element.portalOrder, $0.offset) < ($1.element.portalOrder, $1.offset)
        }
        for (_, part) in turns { html += try part.portal(context, tx) }
        return html
    }

    /// What the parts add to the case's JSON.
    func json(_ context: CasePartContext, in tx: borrowing Transaction) throws -> [(key: String, value: JSON)]
    {
        var members: [(key: String, value: JSON)] = []
        for part in self { members += try part.json(context, tx) }
        return members
    }
}
