/// Every choice that an organisation makes for itself, as one validated, versioned document.
package struct Policy: Sendable {
    /// How bad the effect is, from the worst down.
    package struct Severity: Hashable, Sendable {
        /// Stored and sent: "sev1".
        package var id: ID<Severity>
        /// Shown: "Sev1".
        package var name: String
        /// The other common label: "P1".
        package var alias: String
        /// What belongs here, in a sentence.
        package var definition: String
        /// Examples that people recognise.
        package var examples: [String]
        /// Weight in the working priority, 1 to 100.
        package var weight: Int
    }

    /// What a status means for rules, whatever it is called.
    package enum Phase: String, Sendable, CaseIterable {
        /// Ours to act on.
        case open
        /// Somebody else has it.
        case waiting
        /// The effect is gone, the cause is not.
        case mitigated
        /// A fix is being proved.
        case verifying
        /// Done; the conditions of policy held.
        case resolved
        /// Filed away.
        case closed
    }

    /// A state of a case and where it may go from there.
    package struct Status: Hashable, Sendable {
        /// Stored and sent: "waiting_on_customer".
        package var id: ID<Status>
        /// Shown to staff.
        package var name: String
        /// Shown to the customer.
        package var customerWords: String
        /// What rules make of it.
        package var phase: Phase
        /// The statuses that may follow.
        package var next: [ID<Status>]
        /// Where a customer's reply moves the case, if anywhere.
        package var onCustomerReply: ID<Status>?
        /// What a case in this status waits for, unless somebody says otherwise; for waiting ones.
        package var blockedBy: String?
        /// Whether a case is handed on by it to those who come next.
        package var isUpward = false
    }

    /// An entry of a plain list: component, product area, verdict ...
    package struct Term: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// Weight in the working priority, for tiers.
        package var weight: Int = 0

        /// A term with a name.
        package init(id: String, name: String, weight: Int = 0) {
            (self.id, self.name, self.weight) = (id, name, weight)
        }
    }

    /// A kind of request, from customers or from colleagues.
    package struct RequestType: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// Whether colleagues rather than customers make it.
        package var isInternal: Bool
        /// Hours in which a colleague is promised an answer; 0 for none.
        package var answerHours: Int
        /// The level at which a case of this kind is restricted from its first moment; nil where it is open.
        package var confidentiality: String?
    }

    /// A reason why only some may know of a case.
    package struct ConfidentialityLevel: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// The roles that may know of every case of the level, beside the people who are named.
        package var roles: [String]
    }

    /// A role and what it allows.
    package struct Role: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// What it allows.
        package var rights: Set<Right>
        /// Whether whoever holds it signs in with a second factor.
        package var requiresSecondFactor = false
        /// What its home page holds, in order; nil for every section.
        package var home: [HomeSection]?
    }

    /// A condition that must hold before a case counts as resolved.
    package enum ResolutionCondition: String, Sendable, CaseIterable {
        /// Somebody is accountable.
        case owner
        /// What was done is written down.
        case narrative
        /// The verdict is chosen.
        case verdict
        /// The root cause is tagged.
        case rootCause = "root_cause"
        /// The component is set.
        case component
        /// The engineer's own statement of the problem is written.
        case problemStatement = "problem_statement"
    }

    /// How people sign in.
    package struct SignIn: Hashable, Sendable {
        /// The fewest characters of a password.
        package var minimumPasswordLength: Int
        /// Failed attempts for one account in 15 minutes before it must wait.
        package var attemptsPerAccount: Int
        /// Failed attempts from one address in 15 minutes before it must wait.
        package var attemptsPerAddress: Int
        /// A session unused for so long ends.
        package var idleMinutes: Int
        /// No session lives longer.
        package var sessionHours: Int
    }

    /// The name of the support organisation.
    package var organisation: String
    /// What stands before case numbers: "TL" for TL-42.
    package var caseNumberPrefix: String
    /// From the worst down.
    package var severities: [Severity]
    /// The severity of a case for which nobody chose one.
    package var defaultSeverity: ID<Severity>
    /// In the order of the lifecycle; the first is that of a new case.
    package var statuses: [Status]
    /// The status of a case that came back.
    package var reopenedStatus: ID<Status>
    /// The parts of the product.
    package var components: [Term]
    /// The areas of the product.
    package var productAreas: [Term]
    /// Where a fault shows.
    package var environments: [Term]
    /// What cases are about.
    package var categories: [Term]
    /// Causes, once known.
    package var rootCauses: [Term]
    /// What a case turned out to be.
    package var verdicts: [Term]
    /// The layers in which a fault can lie.
    package var faultLayers: [Term]
    /// How a cause can be verified.
    package var verificationMethods: [Term]
    /// Words that state a cause as a fact: not sent to customers while no cause is confirmed.
    package var causeClaims: [String]
    /// Words that make a claim a suspicion.
    package var causeHedges: [String]
    /// Customer tiers, from the highest down.
    package var tiers: [Term]
    /// Market segments of customers.
    package var segments: [Term] = []
    /// Regions of customers.
    package var regions: [Term] = []
    /// What customers use.
    package var products: [Term] = []
    /// Kinds of contract.
    package var contracts: [Term] = []
    /// Hours in which support is owed.
    package var coverages: [Term] = []
    /// What contacts do at the customer.
    package var contactRoles: [Term] = []
    /// How grave the risk is that a customer is lost, from the least.
    package var riskLevels: [Term] = []
    /// How cases reach us.
    package var channels: [Term]
    /// Kinds of request.
    package var requestTypes: [RequestType]
    /// Why only some may know of a case.
    package var confidentiality: [ConfidentialityLevel]
    /// What must hold before a case counts as resolved.
    package var resolutionRequires: [ResolutionCondition]
    /// Days after resolution in which a case reopens as itself.
    package var reopenWindowDays: Int
    /// Words in a row shared with an internal note that stop a reply.
    package var internalQuoteWords: Int
    /// How people sign in.
    package var signIn: SignIn
    /// How the work is arranged.
    package var coordination = CoordinationTerms.standard
    /// How cases change hands.
    package var handover = HandoverTerms.standard
    /// Which messages a second person reads before the customer does.
    package var messageReview = MessageReviewTerms()
    /// How a customer who does not answer is reminded; nil where nobody is.
    package var noResponse: NoResponseTerms?
    /// The roles of contacts who read what is written for executives.
    package var executiveRoles: Set<String> = []
    /// What customers are asked for often.
    package var requestTemplates: [RequestTemplate] = []
    /// How the quality of cases is reviewed.
    package var quality = QualityTerms.standard
    /// Whom customers’ surveys go to, and what follows from them; nil where nobody is asked.
    package var survey: SurveyTerms?
    /// Whom law or contracts want to be told of incidents.
    package var notices: [NoticeTerms] = []
    /// What the organisation runs, and what colleagues can ask for.
    package var services: [Service] = []
    /// Who inside asks for services.
    package var departments: [Term] = []
    /// The forms: what is asked, and for which step it is needed.
    package var forms: [Form] = []
    /// The roles.
    package var roles: [Role]
    /// What holds for evidence.
    package var evidence = EvidenceRules.standard
    /// What the codes of errors mean.
    package var errorCodes = ErrorTaxonomy([])
    /// How long cases are kept.
    package var retention = RetentionRules.standard
    /// What may fall through, and is looked for all the time.
    package var attention: [AttentionCheck] = []
    /// What text for customers is looked through for.
    package var preSend = PreSendRules()
    /// What counts how much in the working priority.
    package var priority = PriorityWeights()
    /// What holds for the work of one person.
    package var work = WorkRules()
    /// What it says of mail.
    package var mail = MailRules()
    /// Hosts of the own network to which messages for a chat may go.
    package var chatHosts: Set<String> = []
    /// Why clocks are missed.
    package var breachCauses: [Term] = Policy.usualBreachCauses
    /// What is promised to whom.
    package var serviceLevels = ServiceLevels.standard(for: [])
    /// Which case goes to whom.
    package var routing = RoutingRules()
    /// Who else must agree before parts of the policy change; nobody where there are none.
    package var approvals: [ApprovalRule] = []
    /// What triage proposes the severity from.
    package var triage = TriageMatrix.standard(for: [])
}

extension Policy {
    /// The severity with this identifier.
    package func severity(_ id: ID<Severity>) -> Severity? { severities.first { $0.id == id } }

    /// The severity that `text` names: identifier, name or alias, whatever the case of its letters.
    package func severity(named text: String) -> Severity? {
        let wanted = text.lowercased()
        return severities.first {
            $0.id.raw == wanted || $0.name.lowercased() == wanted || $0.alias.lowercased() == wanted
        }
    }

    /// The status with this identifier.
    package func status(_ id: ID<Status>) -> Status? { statuses.first { $0.id == id } }

    /// The phase of a status; an unknown one (an older policy's) counts as open, so that nothing is lost from view.
    package func phase(of id: ID<Status>) -> Phase { status(id)?.phase ?? .open }

    /// The identifiers of the statuses in any of these phases.
    package func statuses(in phases: Set<Phase>) -> [ID<Status>] {
        statuses.filter { phases.contains($0.phase) }.map(\.id)
    }

    /// The level of confidentiality with this identifier.
    package func confidentialityLevel(_ id: String) -> ConfidentialityLevel? {
        confidentiality.first { $0.id == id }
    }

    /// The role with this identifier.
    package func role(_ id: String) -> Role? { roles.first { $0.id == id } }

    /// What these roles allow together.
    ///
    /// The portal is the customers' alone, even where staff may do everything: what is written there counts as the
    /// customer's own words.
    package func rights(of roles: some Sequence<String>) -> Set<Right> {
        let rights = roles.reduce(into: Set<Right>()) { $0.formUnion(role($1)?.rights ?? []) }
        return roles.contains("customer") ? rights : rights.filter { !$0.name.hasPrefix("portal.") }
    }

    /// Whether somebody with these roles must sign in with a second factor.
    package func requiresSecondFactor(_ roles: some Sequence<String>) -> Bool {
        roles.contains { role($0)?.requiresSecondFactor ?? false }
    }

    /// The name of a term, or its identifier where policy no longer lists it.
    package func name(of id: String, in terms: (Policy) -> [Term]) -> String {
        terms(self).first { $0.id == id }?.name ?? id
    }
}

/// Reads lists of terms as the choices of a field.
extension [Policy.Term] {
    /// The terms as choices.
    package var choices: [FieldChoice] { map { FieldChoice($0.id, $0.name) } }
}
