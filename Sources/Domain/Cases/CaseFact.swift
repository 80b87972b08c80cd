/// What happens to a case.
package enum CaseFact: Fact {
    /// How a case begins.
    package struct Opening: Equatable, Sendable {
        /// The human number: "TL-42".
        package var number: String
        /// One line.
        package var subject: String
        /// The reporter's words, exactly.
        package var symptom: String
        /// The person who asked.
        package var requester: String?
        /// The customer; nil for requests of colleagues.
        package var organisation: String?
        /// How it reached us.
        package var channel: String
        /// The kind of request.
        package var requestType: String
        /// The severity to start with.
        package var severity: String
        /// The status to start with.
        package var status: String
        /// The area of the product.
        package var productArea: String?
        /// The part of the product.
        package var component: String?
        /// Where it shows.
        package var environment: String?
        /// When the effect began.
        package var beganAt: Timestamp?
        /// When somebody first noticed.
        package var noticedAt: Timestamp?
        /// When it was reported, where that is not when it was recorded.
        package var reportedAt: Timestamp?
        /// The service of the catalogue that a colleague asks for.
        package var service: String?
        /// The department that asks.
        package var department: String?

        /// An opening with all parts.
        package init(
            number: String, subject: String, symptom: String, requester: String?, organisation: String?,
            channel: String, requestType: String, severity: String, status: String,
            productArea: String? = nil,
            component: String? = nil, environment: String? = nil, beganAt: Timestamp? = nil,
            noticedAt: Timestamp? = nil, reportedAt: Timestamp? = nil
        ) {
            (self.number, self.subject, self.symptom) = (number, subject, symptom)
            (self.requester, self.organisation, self.channel) = (requester, organisation, channel)
            (self.requestType, self.severity, self.status) = (requestType, severity, status)
            (self.productArea, self.component, self.environment) = (productArea, component, environment)
            (self.beganAt, self.noticedAt, self.reportedAt) = (beganAt, noticedAt, reportedAt)
        }
    }

    /// How a case was resolved.
    package struct Resolution: Equatable, Sendable {
        /// The status it takes.
        package var status: String
        /// What was wrong and what was done, for colleagues.
        package var narrative: String
        /// The same for the customer.
        package var customerSummary: String?
        /// What the case turned out to be.
        package var verdict: String
        /// The cause.
        package var rootCause: String?

        /// A resolution with all parts.
        package init(
            status: String, narrative: String, customerSummary: String?, verdict: String, rootCause: String?
        ) {
            (self.status, self.narrative, self.customerSummary) = (status, narrative, customerSummary)
            (self.verdict, self.rootCause) = (verdict, rootCause)
        }
    }

    /// One row of another system's history, as it stood there.
    package struct ImportedRow: Equatable, Sendable {
        /// The name of the source.
        package var source: String
        /// The row's key in the source.
        package var row: String
        /// What the row says about the case: field name to value, only known fields.
        package var set: [String: String]
        /// Columns that have no field here, as they stood.
        package var kept: [String: String]

        /// A row with all parts.
        package init(source: String, row: String, set: [String: String], kept: [String: String]) {
            (self.source, self.row, self.set, self.kept) = (source, row, set, kept)
        }
    }

    /// The case exists from now on.
    case opened(Opening)
    /// The first row of an imported case: it exists from now on.
    case imported(number: String, ImportedRow)
    /// A later row of an imported case.
    case changeImported(ImportedRow)
    /// A message that the customer reads; `fromCustomer` says who wrote it.
    case replied(text: String, fromCustomer: Bool)
    /// A message that only colleagues read.
    case noted(text: String)
    /// Somebody became accountable.
    case ownerChanged(owner: String, reason: String?)
    /// Nobody is accountable any more: a new case went back to the queue.
    case ownerLeft(reason: String?)
    /// The severity changed.
    case severityChanged(severity: String, reason: String)
    /// The status changed; `phase` is what policy made of it at that time.
    ///
    /// A quiet change is one in which the customer reads the same before and after: it is none of theirs.
    case statusChanged(status: String, phase: Policy.Phase, reason: String?, isQuiet: Bool = false)
    /// The subject line changed.
    case retitled(subject: String)
    /// The engineer's own statement of the problem; nil takes it away.
    case problemStated(text: String?)
    /// One of the classifying fields changed; nil takes the value away.
    case classified(field: ClassifyingField, value: String?)
    /// What is known of the impact.
    case impactRecorded(Impact)
    /// When the effect began, was noticed and was reported.
    case timesRecorded(beganAt: Timestamp?, noticedAt: Timestamp?, reportedAt: Timestamp?)
    /// The conditions of policy held and the case is resolved.
    case resolved(Resolution)
    /// The case came back.
    case reopened(status: String, reason: String)
    /// The case was filed away.
    case closed(status: String)
    /// Words of an earlier fact were taken out for good; `digest` is that of what is left, in hexadecimal.
    case entryErased(sequence: Int64, fields: [String], digest: String, reason: String)

    /// What happened in the investigation.
    case investigation(InvestigationFact)
    /// What happened around the work.
    case coordination(CoordinationFact)
    /// What it has to do with other cases.
    case relation(RelationFact)
    /// What happened to its evidence.
    case evidence(CaseEvidenceFact)
    /// What was answered in forms.
    case form(CaseFormFact)
    /// What belongs to its story, and what was taken back.
    case story(StoryFact)
    /// Its time was over.
    case retention(RetentionFact)
    /// What happened between the customer and us.
    case customer(CaseCustomerFact)
    /// What came for it by mail, and what did not arrive.
    case mail(CaseMailFact)
    /// What happened to its clocks.
    case clock(ClockFact)
    /// How it changed hands, and who was stuck.
    case handoff(HandoffFact)
    /// Where it went, and what triage made of it.
    case routing(RoutingFact)
    /// How a fix is watched.
    case fixWatch(FixWatchFact)
    /// What happened to words for the customer before and after they were sent.
    case outward(OutwardFact)
    /// How the work on it was judged.
    case quality(QualityFact)
    /// How the customer was asked, and what they said.
    case survey(SurveyFact)
    /// Whom law or contract wants to be told, and that they were.
    case notice(NoticeFact)
    /// What engineering says of a defect that it waits for.
    case defect(DefectFact)
    /// How colleagues met about it, and what came of it.
    case huddle(HuddleFact)

    /// A field that says what a case is about; each is an aspect of its own.
    package enum ClassifyingField: String, Sendable, CaseIterable {
        /// The area of the product.
        case productArea = "product_area"
        /// The part of the product.
        case component
        /// Where it shows.
        case environment
        /// What it is about.
        case category
        /// The cause, once known.
        case rootCause = "root_cause"
        /// What it turned out to be.
        case verdict
        /// The layer in which the fault lies.
        case faultLayer = "fault_layer"
        /// The service of the catalogue that a colleague asks for.
        case service
        /// The department that asks.
        case department

        /// The name on pages.
        package var label: String {
            switch self {
            case .productArea: "Product area"
            case .component: "Component"
            case .environment: "Environment"
            case .category: "Category"
            case .rootCause: "Root cause"
            case .verdict: "Verdict"
            case .faultLayer: "Fault layer"
            case .service: "Service"
            case .department: "Department"
            }
        }

        /// The list of policy that it chooses from.
        package var terms: (Policy) -> [Policy.Term] {
            switch self {
            case .productArea: \Policy.productAreas
            case .component: \Policy.components
            case .environment: \Policy.environments
            case .category: \Policy.categories
            case .rootCause: \Policy.rootCauses
            case .verdict: \Policy.verdicts
            case .faultLayer: \Policy.faultLayers
            case .service: \Policy.catalogue
            case .department: \Policy.departments
            }
        }
    }

    package static let erasableFields: Set<String> = families.reduce(into: ownErasableFields) {
        $0.formUnion($1.erasableFields)
    }

    private static let ownErasableFields: Set<String> = [
        "text", "subject", "symptom", "reason", "narrative", "customer_summary", "set", "kept",
        "blocked_process",
        "compliance",
    ]

    /// Whether the customer may see that this happened.
    package var isPublic: Bool { Self.isPublic(kind: kind) }

    /// Whether the customer may see that something of a kind happened.
    ///
    /// The kind alone decides, so that what customers count, page through and hear of follows from stored columns.
    package static func isPublic(kind: String) -> Bool { publicKindSet.contains(kind) }

    private static let publicKindSet = Set(publicKinds)

    /// The kinds that a customer may see.
    package static let publicKinds = ownPublicKinds + families.flatMap { $0.publicKinds }

    private static let ownPublicKinds = [
        "case.opened", "case.replied", "case.status_changed", "case.resolved", "case.reopened", "case.closed",
        "case.imported", "case.retitled",
    ]

    package var edits: Set<Aspect> {
        switch self {
        case .opened, .imported, .changeImported, .replied, .noted, .entryErased: []
        case .ownerChanged, .ownerLeft: ["owner"]
        case .severityChanged: ["severity"]
        case .statusChanged, .resolved, .reopened, .closed: ["status"]
        case .retitled: ["subject"]
        case .problemStated: ["problem_statement"]
        case .classified(let field, _): [Aspect(field.rawValue)]
        case .impactRecorded: ["impact"]
        case .timesRecorded: ["times"]
        case .investigation, .coordination, .relation, .evidence, .form, .story, .customer, .retention, .mail,
            .clock, .handoff, .routing, .fixWatch, .outward, .quality, .survey, .notice,
            .defect, .huddle:
            family?.edits ?? []
        }
    }

    /// What a family’s aspect is called and holds after this change.
    package func words(of aspect: Aspect) -> (label: String, value: String)? { family?.words(of: aspect) }
}
