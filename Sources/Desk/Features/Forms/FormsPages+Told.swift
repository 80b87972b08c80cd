import Domain
import Storage
import Web

/// How the timeline tells of forms.
enum FormsSentences {
    static func line(
        _ fact: Recorded<CaseFact>, _ sentences: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .form(let body) = fact.body else { return nil }
        switch body {
        case .customerAnswered(let filling):
            return ("check", "answered\(answers(filling, sentences))")
        case .answered(let filling):
            guard !isForCustomer else { return nil }
            let name = sentences.policy.forms.first { $0.id == filling.form }?.name ?? filling.form
            return ("edit", "filled in “\(name)”\(answers(filling, sentences))")
        case .customerAsked(let asked):
            guard !isForCustomer else { return nil }
            let labels = asked.map { "“\($0.label)”" }.joined(separator: ", ")
            return (
                "send", "asked the customer \(asked.count == 1 ? "" : "\(asked.count) things: ")\(labels)"
            )
        case .exceptionSigned(let gate, let missing, let reason):
            guard !isForCustomer else { return nil }
            let labels = missing.map { "“\($0.label)”" }.joined(separator: ", ")
            return (
                "alert",
                "signed an exception: the case is \(gate.words) without \(labels)\(sentences.because(reason))"
            )
        }
    }

    private static func answers(_ filling: CaseFormFact.Filling, _ sentences: CaseSentence) -> HTML {
        let questions = sentences.policy.forms.flatMap(\.questions)
        let items = filling.answers.map { answer -> HTML in
            if answer.question.isEmpty { return "\(answer.label)" }
            guard let value = answer.value else { return "\(answer.label): no answer any more" }
            let question = questions.first { $0.id == answer.question }
            let words = question?.words(for: value, sentences.policy) ?? value
            return "\(answer.label) <b>\(isolated(words))</b>"
        }
        return items.isEmpty ? .empty : ": " + .joined(items, by: "; ")
    }
}

/// What forms add to the customer's page: what is asked of them, and what would help.
enum FormsPortal {
    static func part(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        guard !context.isDone, context.actor.may("portal.reply") else { return .empty }
        let forms = context.forms
        guard let form = forms.customerForm else { return .empty }
        let path = "/portal/cases/\(context.this.number)/answers"
        let open = form.questions.filter { forms.record.open[$0.id] != nil }
        if !open.isEmpty {
            let items = open.map {
                "<li><a href=\"\(path)#\($0.anchor)\">\($0.label)</a></li>" as HTML
            }
            let title = open.count == 1 ? "One answer is still open" : "\(open.count) answers are still open"
            return """
                <section class="need" id="asked" aria-labelledby="asked-h" data-live><h2 id="asked-h">\(title)</h2><ul>\(items)</ul><p><a class="btn go" href="\(path)">Answer</a></p></section>

                """
        }
        let answers = forms.answers(to: form)
        let missing = form.questions(under: answers, forms.context).filter {
            $0.neededTo != nil && (answers[$0.id] ?? "").isEmpty
        }
        guard !missing.isEmpty else { return "<section id=\"asked\" data-live hidden></section>" }
        return """
            <section class="card help-us" id="asked" aria-labelledby="asked-h" data-live><h2 id="asked-h">Help us start sooner</h2><p>\(missing.count == 1 ? "One fact is" : "\(missing.count) facts are") not known to us yet, such as “\(missing[0].label)”. What you can say now we need not ask later.</p><p><a class="btn" href="\(path)">Tell us more</a></p></section>

            """
    }
}

extension Form.Question {
    /// Where its field stands on the page of a form.
    var anchor: String { "answers.\(id.split(separator: "_").joined(separator: "-"))" }
}
